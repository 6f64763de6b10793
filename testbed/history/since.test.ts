import test from 'ava';
import type { Verdict } from '../schema/result.ts';
import { nameRevision, sinceWhen } from './since.ts';
import { entryAt } from './testing-history.ts';

const key = { case: 'default', variant: 'default', expectation: 'short-gap' };

function daysOf(...verdicts: Verdict[]) {
  const since = sinceWhen(
    verdicts.map((verdict, at) => entryAt(at + 1, verdict)),
    key,
  );
  return since && [since.lastGood?.startedAt.slice(8, 10), since.firstBad.startedAt.slice(8, 10)];
}

test('the first bad run is the one after the last good one', (t) => {
  t.deepEqual(daysOf('pass', 'pass', 'fail', 'fail'), ['02', '03']);
  t.deepEqual(daysOf('fail', 'pass', 'fail'), ['02', '03']);
});

test('what was never good has no last good run', (t) => {
  t.deepEqual(daysOf('fail', 'fail'), [undefined, '01']);
});

test('what holds in the last run is not broken since anything', (t) => {
  t.is(daysOf('fail', 'pass'), undefined);
  t.is(sinceWhen([], key), undefined);
});

test('runs that decide nothing are passed over', (t) => {
  t.deepEqual(daysOf('pass', 'invalid', 'inconclusive', 'fail', 'invalid'), ['01', '04']);
});

test('what changed beside the commit is named', (t) => {
  const bad = entryAt(2, 'fail', { node: '26.1.0', fingerprint: 'ff', machine: 'Abacus 4000' });
  t.deepEqual(sinceWhen([entryAt(1, 'pass'), bad], key)!.changed, [
    'the machine (Abacus 3000 to Abacus 4000)',
    'Node (26.0.0 to 26.1.0)',
  ]);
  const other = entryAt(2, 'fail', { meaning: 'bbbb' });
  t.deepEqual(sinceWhen([entryAt(1, 'pass'), other], key)!.changed, [
    'the scenario: what is run or measured',
  ]);
});

test('another bound is named, with what it was', (t) => {
  const row = { case: 'default', variant: 'default', expectation: 'short-gap' };
  const run = (day: number, verdict: 'pass' | 'fail', expects: string) =>
    entryAt(day, verdict, { rows: [{ ...row, verdict, shown: verdict, expects }] });
  const moved = [run(1, 'pass', 'gap <= 2 s'), run(2, 'fail', 'gap <= 1 s')];
  t.deepEqual(sinceWhen(moved, key)!.changed, ['the bound (gap <= 2 s to gap <= 1 s)']);
  const kept = [run(1, 'pass', 'gap <= 2 s'), run(2, 'fail', 'gap <= 2 s')];
  t.deepEqual(sinceWhen(kept, key)!.changed, []);
  t.deepEqual(sinceWhen([entryAt(1, 'pass'), moved[1]!], key)!.changed, []);
});

test('a commit is short, and says when files differed from it', (t) => {
  t.is(nameRevision(entryAt(1, 'pass')), '111111111111');
  const dirty = entryAt(1, 'pass', { revision: { commit: 'a'.repeat(40), isDirty: true } });
  t.is(nameRevision(dirty), 'aaaaaaaaaaaa with uncommitted changes');
  t.is(nameRevision({ ...dirty, revision: undefined }), 'the run of 2026-06-01T09:00:00.000Z');
});
