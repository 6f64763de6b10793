/** What the Makefile asks of the docker lab: `main.ts start`, `stop`, `image`. */
import process from 'node:process';
import { RopewalkError, UnsupportedError } from '../../../src/base/errors.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { noEngine } from './docker-lacks.ts';
import { findEngine } from './find-engine.ts';
import { ensureImage } from './make-image.ts';
import { startEngine, stopEngine } from './private-engine.ts';

const say = (text: string): void => void process.stdout.write(text);

async function start(): Promise<void> {
  const found = await findEngine();
  if (found.kind === 'answers') return say(`a Docker engine answers at ${found.socketPath}\n`);
  if (process.getuid?.() !== 0) {
    const message = 'starting a Docker engine needs root';
    throw new UnsupportedError({ code: 'needs-root', message, hint: 'sudo make docker-engine' });
  }
  await startEngine();
  const now = await findEngine();
  if (now.kind === 'answers') say(`a Docker engine of our own answers at ${now.socketPath}\n`);
}

async function stop(): Promise<void> {
  say(stopEngine() ? 'our Docker engine is stopped\n' : 'no Docker engine of ours runs\n');
}

async function image(): Promise<void> {
  const engine = await findEngine();
  if (engine.kind !== 'answers') throw noEngine(engine);
  await using ledger = Ledger.open('docker', newRunId());
  say(`the image of nodes: ${await ensureImage({ ...engine, ledger, say })}\n`);
}

function fail(error: unknown): void {
  if (!(error instanceof RopewalkError)) throw error;
  process.stderr.write(`${error.message}\n   ${error.hint ?? error.code}\n`);
  process.exitCode = 1;
}

const verbs: Readonly<Record<string, () => Promise<void>>> = { start, stop, image };
const asked = verbs[process.argv[2] ?? ''];
if (asked === undefined) {
  process.stderr.write(`write one of: ${Object.keys(verbs).join(', ')}\n`);
  process.exitCode = 2;
} else await asked().catch(fail);
