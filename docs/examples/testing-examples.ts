/** Examples run as they stand, on this machine's kernel. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { Result } from '../../testbed/schema/result.ts';

export const ropewalk = join(import.meta.dirname, '../../testbed/cli/ropewalk.js');

export async function runExample(t: ExecutionContext, file: string, flags: readonly string[] = []) {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk example '));
  t.teardown(() => rmSync(out, { recursive: true }));
  const words = [ropewalk, 'run', file, '--lab', 'netns', '--out', out, ...flags];
  const ran = await execa(process.execPath, words, { reject: false, all: true });
  const name = /^scenario: (\S+)$/m.exec(readFileSync(file, 'utf8'))![1]!;
  const path = join(out, name);
  const result = JSON.parse(readFileSync(join(path, 'result.json'), 'utf8')) as Result;
  return { ...ran, path, result };
}

export type ExampleRun = Awaited<ReturnType<typeof runExample>>;

/** On a machine that is busy elsewhere a sample may be invalid, again and again: that is no finding. */
export function isStarved(t: ExecutionContext, { result }: ExampleRun): boolean {
  const invalid = result.samples.find(({ outcome }) => outcome.kind === 'invalid');
  if (invalid === undefined) return false;
  t.log(invalid.outcome);
  t.pass();
  return true;
}

/** As `expectation of variant: verdict`. */
export function verdictsOf({ result }: ExampleRun): string[] {
  return result.rows.map(
    ({ expectation, variant, verdict }) => `${expectation} of ${variant}: ${verdict}`,
  );
}
