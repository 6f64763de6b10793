/** The engine that tests stand on, and what they say where there is none. */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import test from 'ava';
import { lackHere } from '../../../src/linux/testing-lab.ts';
import { leftovers, nextRunId } from '../ground/testing-leftovers.ts';
import { engineLack } from './docker-lacks.ts';
import { type EngineFound, findEngine } from './find-engine.ts';
import { label } from './node-container.ts';

export type EngineHere = Extract<EngineFound, { readonly kind: 'answers' }>;

/** Undefined: it was said why, and fails where the lab is required. */
export async function engineOrReason(): Promise<EngineHere | undefined> {
  const noKernel = lackHere();
  const engine = await findEngine();
  if (noKernel === undefined && engine.kind === 'answers') return engine;
  declareLack(noKernel ?? (engine.kind === 'answers' ? '' : engineLack(engine).what));
  return undefined;
}

function declareLack(reason: string): void {
  const required = (process.env['ROPEWALK_REQUIRE_LABS'] ?? '').split(',').includes('docker');
  if (required) test(`docker is required: ${reason}`, (t) => t.fail());
  else test.skip(reason, (t) => t.pass());
}

/** What runs of this test left on the machine or on the engine. */
export function leftoversOn({ socketPath }: EngineHere): () => string[] {
  return () => [...leftovers(), ...containersOf(socketPath)];
}

const runIds = new Set<string>();

export function nextContainerRunId(): string {
  const runId = nextRunId();
  runIds.add(runId);
  return runId;
}

/** In one call that waits, as the suite asks. */
function containersOf(socketPath: string): string[] {
  const words = ['-sS', '--unix-socket', socketPath, 'http://engine/containers/json?all=1'];
  const found = JSON.parse(execFileSync('curl', words, { encoding: 'utf8' })) as {
    readonly Names: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  }[];
  return found
    .filter(({ Labels: labels }) => runIds.has(labels[label.run] ?? ''))
    .map(({ Names: [name] }) => `container ${name}`);
}
