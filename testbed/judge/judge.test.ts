import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { Quantifier } from '../schema/model.ts';
import type { Verdict } from '../schema/result.ts';
import {
  type Ending,
  expect,
  figure,
  gaps,
  judgeOne,
  judgeRun,
  missing,
  plain,
  time,
} from './testing-samples.ts';

const seven = gaps(90, 96, 214, 80, 96, 120, 100);
const steady = gaps(90, 96, 104, 80, 96, 109, 100);
const lostOne: readonly Ending[] = [0, 0, 0, 0, 3, 0, 0].map((lost) => ({
  'download.lost': plain(lost),
}));
const rates = (...mbps: readonly number[]): Ending[] =>
  mbps.map((rate) => ({ goodput: figure(rate * 1e6, 'rate') }));
const failed: Ending = { kind: 'failed', reason: 'unfinished: 41 of 64 MiB' };
const invalid: Ending = { kind: 'invalid', reason: 'event silence never began' };
const noGap: Ending = { gap: missing('no delivery before the end') };
const interrupted: Ending = { kind: 'interrupted' };

interface Line {
  readonly that: string;
  readonly at?: Quantifier;
  readonly kind?: 'bound' | 'ceiling';
  readonly of: readonly Ending[];
  readonly verdict: Verdict;
  readonly why: string;
  readonly left?: string;
  readonly right?: string;
  readonly again?: string;
}

const lines: readonly Line[] = [
  // Of seven the median lies between the least and the greatest: 2 / 2^7 are missed.
  {
    that: 'gap <= 110 ms',
    of: steady,
    verdict: 'pass',
    why: 'median gap 96 ms [80, 109] keeps ≤ 110 ms over 7 samples (worst 109 ms in sample 6)',
    left: '96 ms',
    right: '≤ 110 ms',
  },
  // The same median, and a wider spread.
  {
    that: 'gap <= 110 ms',
    of: seven,
    verdict: 'inconclusive',
    why: 'median gap 96 ms [80, 214] may keep or break ≤ 110 ms: 5 of 7 samples keep it, 7 would pass, 0 would fail',
    left: '96 ms',
    right: '≤ 110 ms',
  },
  {
    that: 'gap <= 79 ms',
    of: seven,
    verdict: 'fail',
    why: 'median gap 96 ms [80, 214] breaks ≤ 79 ms over 7 samples (worst 214 ms in sample 3)',
    again: 'again default 3',
  },
  {
    that: 'gap <= 110 ms',
    at: 'every',
    of: seven,
    verdict: 'fail',
    why: 'gap 214 ms breaks ≤ 110 ms in sample 3 of 7 (2 samples break it; median 96 ms)',
    left: '214 ms',
    right: '≤ 110 ms',
    again: 'again default 3',
  },
  {
    that: 'gap <= 214 ms',
    at: 'every',
    of: seven,
    verdict: 'pass',
    why: 'gap 214 ms keeps ≤ 214 ms at worst, in sample 3 of 7 (median 96 ms)',
  },
  // A lower bound is worst where it is least.
  {
    that: 'goodput >= 40 Mbit/s',
    of: rates(42, 45, 41, 48, 43),
    verdict: 'pass',
    why: 'median goodput 43 Mbit/s [41, 48] keeps ≥ 40 Mbit/s over 5 samples (worst 41 Mbit/s in sample 3)',
  },
  {
    that: 'goodput >= 40 Mbit/s',
    of: rates(31, 35, 12, 38, 39),
    verdict: 'fail',
    why: 'median goodput 35 Mbit/s [12, 39] breaks ≥ 40 Mbit/s over 5 samples (worst 12 Mbit/s in sample 3)',
    again: 'again default 3',
  },
  // Of two in the middle the worse.
  {
    that: 'gap <= 90 ms',
    of: gaps(100, 121, 102, 115, 112, 120),
    verdict: 'fail',
    why: 'median gap 115 ms [100, 121] breaks ≤ 90 ms over 6 samples (worst 121 ms in sample 2)',
    again: 'again default 2',
  },
  // Fewer than five show no median: each is looked at.
  {
    that: 'gap <= 110 ms',
    of: gaps(100, 120),
    verdict: 'fail',
    why: 'gap 120 ms breaks ≤ 110 ms in sample 2 of 2',
    again: 'again default 2',
  },
  {
    that: 'gap <= 110 ms',
    of: gaps(96),
    verdict: 'pass',
    why: 'gap 96 ms keeps ≤ 110 ms in sample 1',
  },
  // The same in every sample: there is no worst.
  {
    that: 'gap <= 80 ms',
    of: gaps(90, 90, 90),
    verdict: 'fail',
    why: 'gap 90 ms breaks ≤ 80 ms in all 3 samples',
    again: 'again default 1',
  },
  // A byte lost in one of seven.
  {
    that: 'download.lost == 0',
    of: lostOne,
    verdict: 'fail',
    why: 'download.lost 3 breaks = 0 in sample 5 of 7 (median 0)',
    left: '3',
    right: '= 0',
    again: 'again default 5',
  },
  {
    that: 'download.lost == 0',
    of: lostOne.slice(0, 4),
    verdict: 'pass',
    why: 'download.lost 0 keeps = 0 in all 4 samples',
  },
  // No value.
  {
    that: 'gap <= 110 ms',
    of: [...gaps(90, 90), noGap],
    verdict: 'fail',
    why: 'gap has no value in sample 3 of 3: no delivery before the end',
    left: '–',
    right: '≤ 110 ms',
    again: 'again default 3',
  },
  {
    that: 'never(gap)',
    of: [noGap, noGap],
    verdict: 'pass',
    why: 'gap has no value (no delivery before the end) in all 2 samples',
    left: 'never',
    right: 'never',
  },
  {
    that: 'never(gap)',
    of: [noGap, ...gaps(90)],
    verdict: 'fail',
    why: 'gap has the value 90 ms, and should have none, in sample 2 of 2',
    left: '90 ms',
    right: 'never',
    again: 'again default 2',
  },
  {
    that: 'never(gap) or gap <= 110 ms',
    of: [noGap, ...gaps(90, 120)],
    verdict: 'fail',
    why: 'is broken in 1 of 3 samples: gap has the value 120 ms, and should have none, in sample 3',
    again: 'again default 3',
  },
  // At the bound itself a strict comparison breaks and an equality holds.
  {
    that: 'gap < 90 ms or download.lost == 0',
    of: [0, 3].map((lost) => ({ gap: time(90), 'download.lost': plain(lost) })),
    verdict: 'fail',
    why: 'is broken in 1 of 2 samples: gap 90 ms breaks < 90 ms in sample 2',
    again: 'again default 2',
  },
  // Samples that ended badly.
  {
    that: 'gap <= 110 ms',
    of: [...gaps(90, 90), failed],
    verdict: 'fail',
    why: 'sample 3 of 3 failed: unfinished: 41 of 64 MiB',
    left: '–',
    right: '–',
    again: 'again default 3',
  },
  {
    that: 'never(gap)',
    of: [failed, failed],
    verdict: 'fail',
    why: 'sample 1 of 2 failed: unfinished: 41 of 64 MiB (and 1 other sample)',
    again: 'again default 1',
  },
  {
    that: 'gap <= 110 ms',
    of: [...gaps(90, 90), invalid],
    verdict: 'invalid',
    why: 'sample 3 of 3 is invalid: event silence never began',
    again: 'again default 3',
  },
  // What is broken whatever the invalid one would have been.
  {
    that: 'gap <= 110 ms',
    at: 'every',
    of: [...gaps(90, 120), invalid],
    verdict: 'fail',
    why: 'gap 120 ms breaks ≤ 110 ms in sample 2 of 3',
    again: 'again default 2',
  },
  {
    that: 'gap <= 110 ms',
    at: 'median',
    of: [...gaps(90, 120), invalid],
    verdict: 'invalid',
    why: 'sample 3 of 3 is invalid: event silence never began',
    again: 'again default 3',
  },
  {
    that: 'gap <= 110 ms',
    of: [invalid, failed],
    verdict: 'fail',
    why: 'sample 2 of 2 failed: unfinished: 41 of 64 MiB',
    again: 'again default 2',
  },
  // Interrupted.
  {
    that: 'gap <= 110 ms',
    of: [...gaps(90, 90), interrupted],
    verdict: 'inconclusive',
    why: 'nothing broken in 2 of 3 samples: the others were not run',
    left: '90 ms',
    right: '≤ 110 ms',
  },
  {
    that: 'gap <= 110 ms',
    of: [interrupted],
    verdict: 'inconclusive',
    why: 'no sample was run to its end',
    left: '–',
  },
  // Ceilings: what is impossible is impossible in every sample.
  {
    that: 'goodput <= 40 Mbit/s',
    kind: 'ceiling',
    of: rates(38, 41, 38),
    verdict: 'invalid',
    why: 'goodput 41 Mbit/s breaks ≤ 40 Mbit/s in sample 2 of 3 (median 38 Mbit/s)',
    again: 'again default 2',
  },
  {
    that: 'goodput <= 40 Mbit/s',
    kind: 'ceiling',
    at: 'median',
    of: rates(38, 41, 38, 37, 38, 36, 38, 38),
    verdict: 'pass',
    why: 'median goodput 38 Mbit/s [37, 38] keeps ≤ 40 Mbit/s over 8 samples (worst 41 Mbit/s in sample 2)',
  },
  // Both sides vary: 10, 30, 20, 40 and 50 ms of slack.
  {
    that: 'gap <= gap.before',
    of: [
      { gap: time(80), 'gap.before': time(90) },
      { gap: time(200), 'gap.before': time(230) },
      { gap: time(90), 'gap.before': time(110) },
      { gap: time(100), 'gap.before': time(140) },
      { gap: time(100), 'gap.before': time(150) },
    ],
    verdict: 'pass',
    why: 'median gap 200 ms keeps ≤ 230 ms = gap.before over 5 samples (worst 80 ms against 90 ms in sample 1)',
    left: '200 ms',
    right: '≤ 230 ms',
  },
  // Facts, reckoned by hand: 2 x 30 ms, 50 ms on top.
  {
    that: 'gap <= 2 * rtt(phone, gateway via wifi) + 50 ms',
    of: gaps(110),
    verdict: 'pass',
    why: 'gap 110 ms keeps ≤ 110 ms = 2 * rtt(phone, gateway via wifi) + 50 ms in sample 1',
  },
  {
    that: '2 * rtt(phone, gateway via wifi) + 50 ms - rtt(wifi) >= gap',
    of: gaps(91),
    verdict: 'fail',
    why: 'the left side 90 ms breaks ≥ 91 ms = gap in sample 1',
    again: 'again default 1',
  },
  {
    that: 'gap <= 110 ms',
    of: [{ gap: figure(110 * nsPerMs + 1, 'time') }],
    verdict: 'fail',
    why: 'gap 110.000001 ms breaks ≤ 110 ms in sample 1',
    again: 'again default 1',
  },
];

lines.forEach((line, at) => {
  test(`${at + 1}: ${line.verdict}: ${line.that}: ${line.why}`, (t) => {
    const { at: quantifier, kind = 'bound' } = line;
    const row = judgeOne(expect(line.that, { at: quantifier, kind }), line.of);
    t.is(row.verdict, line.verdict);
    t.is(row.why, line.why);
    t.is(row.again, line.again);
    if (line.left !== undefined) t.is(row.left, line.left);
    if (line.right !== undefined) t.is(row.right, line.right);
  });
});

test('why a bound could not speak stands in the row as data, and where it spoke nothing does', (t) => {
  const causeOf = (...of: readonly Ending[]) => judgeOne(expect('gap <= 110 ms'), of).cause;
  const outcome = { kind: 'samples', outcome: 'failed', reason: 'unfinished: 41 of 64 MiB' };
  t.deepEqual(causeOf(failed, ...gaps(90)), outcome);
  const rig = { kind: 'samples', outcome: 'invalid', reason: 'event silence never began' };
  t.deepEqual(causeOf(invalid, ...gaps(90)), rig);
  const none = { kind: 'no-value', of: 'gap', reason: 'no delivery before the end' };
  t.deepEqual(causeOf(noGap, ...gaps(90)), none);
  t.is(causeOf(...gaps(120, 120)), undefined);
  t.is(causeOf(...gaps(90, 90)), undefined);
});

const tails: readonly (readonly [Quantifier, count: number, slow: number, Verdict])[] = [
  // 0.9^29 = 0.0471, and 0.9^28 = 0.0523; of 46 one may exceed, of 45 none.
  ['p90', 29, 0, 'pass'],
  ['p90', 29, 1, 'inconclusive'],
  ['p90', 45, 1, 'inconclusive'],
  ['p90', 46, 1, 'pass'],
  ['p90', 46, 2, 'inconclusive'],
  ['p99', 299, 0, 'pass'],
  ['p99', 473, 1, 'pass'],
  ['p99', 472, 1, 'inconclusive'],
  // That 9 or more of 46 exceed what one in ten exceeds has a chance of 0.0364; 8 or more, of 0.0840.
  ['p90', 46, 8, 'inconclusive'],
  ['p90', 46, 9, 'fail'],
];

for (const [at, count, slow, verdict] of tails) {
  test(`${at} with ${slow} of ${count} samples beyond the bound: ${verdict}`, (t) => {
    const endings = gaps(
      ...Array.from({ length: count }, (_, n) => (n < slow ? 200 + n : 50 + n / 10)),
    );
    t.is(judgeOne(expect('gap <= 110 ms', { at }), endings).verdict, verdict);
  });
}

test('too few samples cannot show a quantile, though they can break it', (t) => {
  const few = judgeOne(expect('gap <= 110 ms', { at: 'p90' }), gaps(90, 90));
  t.is(few.verdict, 'inconclusive');
  t.is(few.why, '2 samples cannot show a p90: it takes 29');
  t.is(judgeOne(expect('gap <= 110 ms', { at: 'p90' }), gaps(120, 130)).verdict, 'fail');
});

test('times and rates are judged at the median, all else in every sample', (t) => {
  const chosen = (that: string, kind: 'bound' | 'ceiling' = 'bound') =>
    judgeOne(expect(that, { kind }), new Array<Ending>(5).fill(interrupted)).at;
  t.is(chosen('gap <= 1 s'), 'median');
  t.is(chosen('0 < goodput'), 'median');
  t.is(chosen('download.bytes / download.duration >= 1 Mbit/s'), 'median');
  t.is(chosen('max(gap, 1 s) <= 2 s'), 'median');
  t.is(chosen('download.lost <= 3'), 'every');
  t.is(chosen('loss <= 1 %'), 'every');
  t.is(chosen('download.bytes >= 1 MiB'), 'every');
  t.is(chosen('gap == 0'), 'every');
  t.is(chosen('gap != 0'), 'every');
  t.is(chosen('gap <= 1 s and goodput >= 1 Mbit/s'), 'every');
  t.is(chosen('not gap > 1 s'), 'every');
  t.is(chosen('never(gap)'), 'every');
  t.is(chosen('goodput <= 1 Mbit/s', 'ceiling'), 'every');
});

test('a sample run alone is called by its number', (t) => {
  const [row] = judgeRun({
    expectations: [expect('gap <= 110 ms')],
    endings: { default: gaps(90, 90, 90, 214) },
    sampleNumbers: [4],
  });
  t.is(row!.why, 'gap 214 ms breaks ≤ 110 ms in sample 4');
  t.is(row!.again, 'again default 4');
});

test('a sample that broke a ceiling proves nothing else, good or bad', (t) => {
  const expectations = [
    expect('download.lost == 0', { name: 'nothing-lost' }),
    expect('goodput <= 40 Mbit/s', { name: 'possible', kind: 'ceiling' }),
    expect('goodput <= 60 Mbit/s', { name: 'conceivable', kind: 'ceiling' }),
    expect('goodput >= 1 Mbit/s', { name: 'moves', at: 'every' }),
  ];
  const sample = (mbps: number, lost: number) => ({
    goodput: figure(mbps * 1e6, 'rate'),
    'download.lost': plain(lost),
  });
  const verdicts = (...endings: readonly Ending[]) =>
    judgeRun({ expectations, endings: { default: endings } }).map((row) => row.verdict);
  t.deepEqual(verdicts(sample(38, 0), sample(41, 1)), ['invalid', 'invalid', 'pass', 'invalid']);
  t.deepEqual(verdicts(sample(38, 1), sample(41, 1)), ['fail', 'invalid', 'pass', 'invalid']);
  // Without the ceiling broken, the loss is a loss.
  t.deepEqual(verdicts(sample(38, 0), sample(39, 1)), ['fail', 'pass', 'pass', 'pass']);
});
