/** Examples run as they stand, on this machine's kernel. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { Result } from '../../testbed/schema/result.ts';

export const ropewalk = join(import.meta.dirname, '../../testbed/cli/ropewalk.js');

export async function runExample(t: ExecutionContext, file: string) {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk example '));
  t.teardown(() => rmSync(out, { recursive: true }));
  const words = [ropewalk, 'run', file, '--lab', 'netns', '--out', out];
  const ran = await execa(process.execPath, words, { reject: false, all: true });
  const name = /^scenario: (\S+)$/m.exec(readFileSync(file, 'utf8'))![1]!;
  const path = join(out, name);
  const result = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')) as Result;
  return { ...ran, path, result };
}

export type ExampleRun = Awaited<ReturnType<typeof runExample>>;

/** On a machine that is busy elsewhere a sample may be invalid, again and again: that is no finding. */
export function isStarved(t: ExecutionContext, { result }: ExampleRun): boolean {
  const { outcome } = result.samples[0]!;
  if (outcome.kind !== 'invalid') return false;
  t.log(outcome.reason);
  t.pass();
  return true;
}

export function verdictsOf({ result }: ExampleRun): Record<string, string> {
  return Object.fromEntries(result.rows.map(({ expectation, verdict }) => [expectation, verdict]));
}
