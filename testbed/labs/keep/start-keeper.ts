/** A lab that outlives the command that raises it: its keeper is a process of its own. */
import { fork } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { FaultError } from '../../../src/base/errors.ts';
import { codeCacheFolder } from '../processes/code-cache.ts';
import type { KeeperOrder, KeeperWord, LabReport } from './messages.ts';
import { unpackError } from './packed-error.ts';

/** Packed, both files end in `.js`. */
const entryPoint = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url),
);

/** Undefined: it was interrupted, and nothing is left. */
export async function startKeeper(
  order: KeeperOrder,
  signal: AbortSignal,
): Promise<LabReport | undefined> {
  const keeper = fork(entryPoint, {
    // A session of its own: neither this command's terminal nor its folder is the lab's.
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, NODE_COMPILE_CACHE: codeCacheFolder() },
  });
  const interrupt = (): void => void keeper.kill('SIGTERM');
  signal.addEventListener('abort', interrupt);
  const { promise, resolve } = Promise.withResolvers<KeeperWord | undefined>();
  keeper.once('message', (word) => resolve(word as KeeperWord));
  keeper.once('error', () => resolve(undefined));
  keeper.once('exit', () => resolve(undefined));
  keeper.send(order);
  const word = await promise;
  signal.removeEventListener('abort', interrupt);
  keeper.unref();
  if (word?.kind === 'stands') return word.report;
  if (word !== undefined) throw unpackError(word.problem);
  if (signal.aborted) return undefined;
  throw new FaultError({
    code: 'keeper-failed',
    message: `the process that keeps the lab ended before it stood, with ${endOf(keeper)}`,
    hint: 'take away what it left: ropewalk gc',
  });
}

function endOf({ exitCode, signalCode }: ReturnType<typeof fork>): string {
  return signalCode ?? `exit code ${exitCode}`;
}
