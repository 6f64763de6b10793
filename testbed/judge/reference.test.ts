import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { ExpectationModel } from '../schema/model.ts';
import type { Verdict } from '../schema/result.ts';
import type { BaselineKey, BaselineReference } from './baseline-book.ts';
import {
  type Ending,
  expect,
  figure,
  gaps,
  judgeRunLook,
  plain,
  type Run,
} from './testing-samples.ts';

const sevens = (ms: number) => [0, 1, 2, 3, 4, 5, 6].map((at) => ms - 3 + at);

function referenceOf(valuesMs: readonly number[], seed = 1): BaselineReference {
  const sortedValues = valuesMs.map((ms) => ms * nsPerMs).toSorted((a, b) => a - b);
  return { kind: 'reference', sortedValues, seed };
}

function against(that: string, parts: Partial<ExpectationModel> = {}) {
  return expect(that, { name: 'as-before', against: 'baseline', marginRatio: 0.1, ...parts });
}

function judge(endings: readonly Ending[], reference: BaselineReference, parts: Partial<Run> = {}) {
  return judgeRunLook({
    expectations: [against('gap')],
    endings: { default: endings },
    baseline: { lookup: () => reference },
    ...parts,
  }).rows[0]!;
}

test('in virtual time the same statistic of both is compared, with the margin', (t) => {
  const kept = judge(gaps(...sevens(109)), referenceOf(sevens(100)));
  t.like(kept, { verdict: 'pass', left: '109 ms', right: '≤ 110 ms', interval: undefined });
  const broken = judge(gaps(...sevens(111)), referenceOf(sevens(100)));
  t.is(broken.verdict, 'fail');
  t.is(
    broken.why,
    'median gap 111 ms breaks ≤ 110 ms = 100 ms of the reference and 10 % more over 7 samples (worst 114 ms in sample 7)',
  );
  t.is(broken.again, 'again default 7');
});

test('with no margin the figures must be exactly those of the reference', (t) => {
  const exact = { expectations: [against('gap', { marginRatio: 0 })] };
  t.is(judge(gaps(...sevens(100)), referenceOf(sevens(100)), exact).verdict, 'pass');
  const slower = [...gaps(...sevens(100))].map((one) => ({
    gap: figure(one['gap']?.kind === 'value' ? one['gap'].value + 1 : 0, 'time'),
  }));
  t.is(judge(slower, referenceOf(sevens(100)), exact).verdict, 'fail');
});

test('of more samples from the same seed only those that the reference has are taken', (t) => {
  const more = gaps(...sevens(100), ...new Array<number>(8).fill(500));
  t.is(judge(more, referenceOf(sevens(100))).verdict, 'pass');
  t.is(judge(more, referenceOf(sevens(100), 2)).verdict, 'fail');
});

test('which way is worse is known of the measure, or said', (t) => {
  const rates = (mbps: number): Ending[] =>
    [1, 2, 3].map(() => ({ goodput: figure(mbps * 1e6, 'rate') }));
  const before: BaselineReference = {
    kind: 'reference',
    sortedValues: [20e6, 20e6, 20e6],
    seed: 1,
  };
  const goodput = { expectations: [against('goodput')] };
  t.like(judge(rates(25), before, goodput), { verdict: 'pass', right: '≥ 18.18 Mbit/s' });
  t.is(judge(rates(18), before, goodput).verdict, 'fail');
  const turned = { expectations: [against('goodput', { better: 'lower' })] };
  t.is(judge(rates(25), before, turned).verdict, 'fail');
  t.is(judge(rates(18), before, turned).verdict, 'pass');
});

test('a count has no ratio, and is held against the worst there was', (t) => {
  const lost = (...counts: readonly number[]): Ending[] =>
    counts.map((count) => ({ 'download.lost': plain(count) }));
  const none: BaselineReference = { kind: 'reference', sortedValues: [0, 0, 0], seed: 1 };
  const expectations = [against('download.lost')];
  t.is(judge(lost(0, 0, 0), none, { expectations }).verdict, 'pass');
  t.is(judge(lost(0, 3, 0), none, { expectations }).verdict, 'fail');
  t.is(judge(lost(0, 3, 0), none, { expectations, lab: 'netns' }).verdict, 'fail');
});

const absences: readonly (readonly [BaselineReference, Verdict, RegExp])[] = [
  [{ kind: 'none' }, 'inconclusive', /^no reference yet: ropewalk baseline save$/],
  [{ kind: 'other-scenario' }, 'inconclusive', /^this reference is for another scenario/],
  [
    { ...referenceOf(sevens(100)), kind: 'other-machine' } as BaselineReference,
    'unsupported',
    /^the reference is of another machine, median gap was 100 ms there: not judged$/,
  ],
];

for (const [reference, verdict, why] of absences) {
  test(`a reference that is ${reference.kind} gives ${verdict}`, (t) => {
    const row = judge(gaps(...sevens(500)), reference);
    t.is(row.verdict, verdict);
    t.regex(row.why, why);
    t.is(row.again, undefined);
  });
}

test('the book is asked for the case, the variant and the metric', (t) => {
  const asked: BaselineKey[] = [];
  judgeRunLook({
    expectations: [against('kernel.gap'), against('gap')],
    endings: { ours: gaps(1), kernel: gaps(1) },
    baseline: {
      lookup: (key) => {
        asked.push(key);
        return { kind: 'none' };
      },
    },
  });
  const place = { caseId: 'default', metric: 'gap' };
  t.deepEqual(
    asked.toSorted((a, b) => (a.variant < b.variant ? -1 : 1)),
    [
      { ...place, variant: 'kernel' },
      { ...place, variant: 'kernel' },
      { ...place, variant: 'ours' },
    ],
  );
});

/** Seven runs are six pairs of equals: earlier runs of a quiet machine make up for what is missing. */
const quiet = { earlier: () => new Array<number>(10).fill(0.005) };
const netns = { lab: 'netns', noise: quiet };

test('in real time the ratio to the reference has an interval', (t) => {
  const slower = judge(gaps(...sevens(150)), referenceOf(sevens(100)), netns);
  t.is(slower.verdict, 'fail');
  t.regex(
    slower.why,
    /^gap is 1\.5 \[1\.4\d, 1\.5\d\] of the reference's 100 ms over 7 samples against 7, which is worse \(margin 10 %, A\/A floor \d\.\d+ %, lower is better, p 0\.000583\)$/,
  );
  t.is(judge(gaps(...sevens(100)), referenceOf(sevens(100)), netns).verdict, 'pass');
  t.is(judge(gaps(...sevens(50)), referenceOf(sevens(100)), netns).verdict, 'pass');
});

test('wide noise leaves it open, and more samples are asked for', (t) => {
  const looks = { samples: { first: 7, most: 15 }, pairs: { first: 7, most: 15 } };
  const { rows, needs } = judgeRunLook({
    expectations: [against('gap')],
    endings: { default: gaps(60, 200, 80, 190, 100, 210, 70) },
    baseline: { lookup: () => referenceOf(sevens(100)) },
    looks,
    ...netns,
  });
  t.is(rows[0]!.verdict, 'inconclusive');
  t.deepEqual(needs, [{ caseId: 'default', variant: 'default', samples: 15 }]);
});

test('seven samples alone do not tell the noise, and more are asked for', (t) => {
  const looks = { samples: { first: 7, most: 15 }, pairs: { first: 7, most: 15 } };
  const { rows, needs } = judgeRunLook({
    expectations: [against('gap')],
    endings: { default: gaps(...sevens(100)) },
    baseline: { lookup: () => referenceOf(sevens(100)) },
    ...{ looks, lab: 'netns' },
  });
  t.is(rows[0]!.verdict, 'inconclusive');
  t.regex(rows[0]!.why, /there are 6 of the 10 A\/A pairs .*, 4 are missing: --repeat 11$/);
  t.deepEqual(needs, [{ caseId: 'default', variant: 'default', samples: 15 }]);
  const single = judge(gaps(...sevens(100)), referenceOf(sevens(100)), { lab: 'netns' });
  t.is(single.verdict, 'inconclusive');
});

test('the margin is never below the noise of the machine, and in virtual time there is none', (t) => {
  const noisy = { lab: 'netns', noise: { earlier: () => new Array<number>(30).fill(0.05) } };
  const slower = gaps(...new Array<number>(7).fill(118));
  const row = judge(slower, referenceOf(sevens(100)), noisy);
  t.is(row.verdict, 'pass', row.why);
  t.regex(row.why, /margin 10 %, never under this machine's A\/A floor of 2\d\.\d %/);
  t.is(judge(slower, referenceOf(sevens(100)), netns).verdict, 'fail');
  t.is(judge(slower, referenceOf(sevens(100)), { ...noisy, lab: 'sim' }).verdict, 'fail');
});

test('each sample held against the worst of the reference has the floor of a single run', (t) => {
  const expectations = [against('gap', { at: 'every', marginRatio: 0.01 })];
  const noisy = { earlier: () => new Array<number>(30).fill(0.05) };
  const judged = (noise: NonNullable<Run['noise']>) =>
    judge(gaps(...sevens(110)), referenceOf(sevens(100)), { expectations, lab: 'netns', noise });
  t.is(judged(noisy).verdict, 'pass');
  t.regex(judged(noisy).why, /\(margin 1 %, never under this machine's A\/A floor/);
  t.is(judged(quiet).verdict, 'fail');
  t.is(judged({}).verdict, 'inconclusive');
  t.regex(judged({}).why, /there are 6 of the 10 A\/A pairs/);
});

test('a sample that failed, or has no value, fails against a reference too', (t) => {
  const failed: Ending = { kind: 'failed', reason: 'no route' };
  for (const lab of ['sim', 'netns']) {
    const row = judge([...gaps(...sevens(100)), failed], referenceOf(sevens(100)), { lab });
    // In sim the reference has seven samples of this seed, and the eighth is not asked.
    t.is(row.verdict, lab === 'sim' ? 'pass' : 'fail');
    const early = judge([failed, ...gaps(...sevens(100))], referenceOf(sevens(100)), { lab });
    t.is(early.verdict, 'fail');
  }
});
