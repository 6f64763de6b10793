import test from 'ava';
import type { ExpectationModel } from '../schema/model.ts';
import { countsIn, type Shown, type Verdict } from '../schema/result.ts';
import { expect, gaps, judgeRun } from './testing-samples.ts';

const until = '2026-06-30';
const known = { knownFailing: { issue: 'slow since the new queue', until } };

interface Line {
  readonly gapMs: number;
  readonly parts?: Partial<ExpectationModel>;
  readonly today?: string;
  readonly verdict: Verdict;
  readonly shown: Shown;
  readonly aside?: string;
}

const lines: readonly Line[] = [
  { gapMs: 90, verdict: 'pass', shown: 'pass' },
  { gapMs: 120, verdict: 'fail', shown: 'fail' },
  { gapMs: 120, parts: { severity: 'warn' }, verdict: 'fail', shown: 'warn' },
  { gapMs: 90, parts: { severity: 'warn' }, verdict: 'pass', shown: 'pass' },
  {
    gapMs: 120,
    parts: known,
    today: until,
    verdict: 'fail',
    shown: 'known',
    aside: '; known until 2026-06-30: slow since the new queue',
  },
  {
    gapMs: 120,
    parts: known,
    today: '2026-07-01',
    verdict: 'fail',
    shown: 'fail',
    aside: '; known-failing ran out on 2026-06-30: slow since the new queue',
  },
  {
    gapMs: 120,
    parts: { ...known, severity: 'warn' },
    today: '2026-07-01',
    verdict: 'fail',
    shown: 'warn',
    aside: '; known-failing ran out on 2026-06-30: slow since the new queue',
  },
  {
    gapMs: 90,
    parts: known,
    verdict: 'pass',
    shown: 'pass',
    aside: '; passes now: remove known-failing',
  },
  // What is impossible is no failure that one could know of.
  { gapMs: 120, parts: { ...known, kind: 'ceiling' }, verdict: 'invalid', shown: 'invalid' },
];

for (const { gapMs, parts = {}, today = '2026-06-01', verdict, shown, aside = '' } of lines) {
  const about = [parts.severity, parts.knownFailing && `known, on ${today}`, parts.kind];
  test(`${gapMs} ms of 110 ms ${about.filter(Boolean).join(', ')}: ${verdict}, shown as ${shown}`, (t) => {
    const expectations = [expect('gap <= 110 ms', parts)];
    const [row] = judgeRun({ expectations, endings: { default: gaps(gapMs) }, today });
    t.like(row!, { verdict, shown });
    t.true(row!.why.endsWith(` in sample 1${aside}`), row!.why);
    t.true(row!.brief.endsWith(aside));
    t.is(countsIn(row!), shown !== 'known' && shown !== 'warn');
  });
}
