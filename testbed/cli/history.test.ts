/** Runs that are kept, told as a series: since when a figure is what it is, and on which machine. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { keepRun } from '../campaign/keep-history.ts';
import { resultOf, sampleOf } from '../report/testing-result.ts';
import { ropewalk, startFolder } from './testing-runs.ts';

interface KeptRun {
  readonly gapMs: number;
  readonly machine?: string;
}

/** A run a day, the first on the first of the month. */
function keepDays(t: ExecutionContext, runs: readonly KeptRun[]): string {
  const folder = startFolder(t, {});
  const { run } = resultOf();
  for (const [at, { gapMs, machine = run.machine }] of runs.entries()) {
    const startedAt = `2026-06-0${at + 1}T09:00:00.000Z`;
    const fingerprint = machine === run.machine ? run.fingerprint : 'ba9876543210';
    const gap = { kind: 'value', value: gapMs * 1e6, dimension: 'time' } as const;
    const samples = [sampleOf({ metrics: { gap } })];
    keepRun(
      join(folder, 'reports/runs/_history'),
      resultOf({ samples, run: { ...run, startedAt, machine, fingerprint } }),
    );
  }
  return folder;
}

const days = (gapsMs: readonly number[], machine?: string): KeptRun[] =>
  gapsMs.map((gapMs) => ({ gapMs, ...(machine !== undefined && { machine }) }));

test('four runs at one level and four at another: since when, and from what to what', async (t) => {
  const folder = keepDays(t, days([90, 92, 91, 93, 130, 131, 129, 132]));
  const { stdout } = await ropewalk(folder, ['history', 'failover', '--metric', 'gap']);
  t.regex(stdout, /^changes of level:\n {2}gap: 91\.5 ms to 130\.5 ms since 2026-06-05T/m);
  t.notRegex(stdout, /machine|changed with it/);
});

test('three runs at a new level are not yet a change of it, nor is one spike', async (t) => {
  const few = keepDays(t, days([90, 92, 91, 93, 130, 131, 129]));
  t.regex((await ropewalk(few, ['history', 'failover'])).stdout, /no figure changed its level/);
  const spike = keepDays(t, days([90, 92, 91, 93, 300, 91, 90, 92]));
  t.regex((await ropewalk(spike, ['history', 'failover'])).stdout, /no figure changed its level/);
});

test('where runs are of several machines it is said, and also if the level changed with it', async (t) => {
  const folder = keepDays(t, [
    ...days([90, 92, 91, 93]),
    ...days([130, 131, 129, 132], 'Abacus 4000'),
  ]);
  const { stdout } = await ropewalk(folder, ['history', 'failover']);
  t.regex(
    stdout,
    /since 2026-06-05T.*; changed with it: the machine \(Abacus 3000.* to Abacus 4000\)$/m,
  );
  t.regex(
    stdout,
    /^these runs are of 2 machines:\n {2}4 runs on Abacus 3000.*\n {2}4 runs on Abacus 4000 \[ba98/m,
  );
  const told = JSON.parse((await ropewalk(folder, ['history', 'failover', '--json'])).stdout);
  t.is(told.machines.length, 2);
  t.is(told.changes[0].changed.length, 1);
});
