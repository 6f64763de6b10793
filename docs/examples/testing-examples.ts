/** Examples run as they stand, on this machine's kernel. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { isUnreadable, parseRecord } from '../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import { runUntilJudged } from '../../testbed/labs/testing-tries.ts';
import { readRigLateness } from '../../testbed/measure/rig-lateness.ts';
import type { Result, SampleResult } from '../../testbed/schema/result.ts';

export const ropewalk = join(import.meta.dirname, '../../testbed/cli/ropewalk.js');

export async function runExample(t: ExecutionContext, file: string, flags: readonly string[] = []) {
  const out = mkdtempSync(join(tmpdir(), 'ropewalk example '));
  t.teardown(() => rmSync(out, { recursive: true }));
  const words = [ropewalk, 'run', file, '--lab', 'netns', '--out', out, ...flags];
  const ran = await execa(process.execPath, words, { reject: false, all: true });
  const name = /^scenario: (\S+)$/m.exec(readFileSync(file, 'utf8'))![1]!;
  const path = join(out, name);
  const resultPath = join(path, 'result.json');
  if (!existsSync(resultPath))
    throw new Error(`no result, but exit code ${ran.exitCode}: ${ran.all}`);
  const result = JSON.parse(readFileSync(resultPath, 'utf8')) as Result;
  return { ...ran, path, result };
}

/** Looked at again where the machine was starved. Undefined: it was each time, and the log says so. */
export function judgeExample(
  t: ExecutionContext,
  file: string,
  flags: readonly string[] = [],
): Promise<ExampleRun | undefined> {
  return runUntilJudged(t, {
    run: () => runExample(t, file, flags),
    isStarved: (run) => isStarved(t, run),
  });
}

export type ExampleRun = Awaited<ReturnType<typeof runExample>>;

/**
 * On a machine that is busy elsewhere a sample may be invalid, or late by more than calibration lets pass: what
 * it says of time is no finding. That something failed is one.
 */
export function isStarved(t: ExecutionContext, run: ExampleRun): boolean {
  const { samples } = run.result;
  const invalid = samples.find(({ outcome }) => outcome.kind === 'invalid')?.outcome;
  const late = samples.map((sample) => latestOf(run, sample)).find((ns) => ns > keptNs);
  if (invalid === undefined && late === undefined) return false;
  t.log(invalid ?? `frames or programs were late by ${late} ns`);
  const failed = samples.filter(({ outcome }) => outcome.kind === 'failed');
  t.deepEqual(failed, []);
  return true;
}

/** One frame or wake-up in a hundred is later than this only where others want the processor. */
const keptNs = 1_000_000;

function latestOf({ path }: ExampleRun, { records }: SampleResult): number {
  const lines = readFileSync(join(path, records), 'utf8').split('\n').filter(Boolean);
  const read = lines
    .map(parseRecord)
    .filter((record): record is TraceRecord => !isUnreadable(record));
  const { directions = [], machine } = readRigLateness(read) ?? {};
  return Math.max(0, machine?.steadyNs ?? 0, ...directions.map(({ steadyNs }) => steadyNs));
}

/** As `expectation of variant: verdict`. */
export function verdictsOf({ result }: ExampleRun): string[] {
  return result.rows.map(
    ({ expectation, variant, verdict }) => `${expectation} of ${variant}: ${verdict}`,
  );
}
