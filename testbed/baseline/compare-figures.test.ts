import test from 'ava';
import type { Metric, Result, ResultRow, SampleResult } from '../schema/result.ts';
import { type Comparison, compareResult, type Standing, verdictFor } from './compare-figures.ts';
import { openReferences } from './lookup-reference.ts';
import { saveReferences } from './save-references.ts';
import { hash, otherHash, resultOf, sampleOf, savingOf, timesMs } from './testing-baseline.ts';

/** `now` held against what `then` was saved as. */
function compared(then: Result | undefined, now: Result): Comparison[] {
  const baseline = then && saveReferences(undefined, savingOf(then)).baseline;
  const { lab, run, hashes } = now;
  const book = openReferences(baseline, {
    ...{ lab, fingerprint: run.fingerprint },
    hashOf: ({ caseId, variant }) =>
      hashes!.find((one) => one.case === caseId && one.variant === variant)?.hash,
  });
  return compareResult(now, book);
}

const saved = timesMs(96, 98, 97);
const margin = (marginRatio: number) => ({ gap: { better: 'lower', marginRatio } }) as const;

type Row = [what: string, then: readonly SampleResult[], now: Partial<Result>, standing: Standing];

const inSim: readonly Row[] = [
  ['the very figures', saved, {}, 'same'],
  ['the figures in another order', saved, { samples: timesMs(98, 97, 96) }, 'same'],
  ['fewer samples of the same', saved, { samples: timesMs(96, 98) }, 'same'],
  ['more samples of the same', saved, { samples: timesMs(96, 98, 97, 300) }, 'same'],
  ['one sample a nanosecond off', saved, { samples: timesMs(96, 98, 97.000001) }, 'worse'],
  ['a figure that stands twice and stood once', saved, { samples: timesMs(96, 96) }, 'better'],
  ['a longer gap', saved, { samples: timesMs(214, 98, 214) }, 'worse'],
  ['a shorter gap', saved, { samples: timesMs(9, 9, 9) }, 'better'],
  ['equal medians and a longer tail', saved, { samples: timesMs(96, 300, 97) }, 'worse'],
  ['a sample without a gap that had one', saved, { samples: timesMs(96, 98, undefined) }, 'worse'],
  ['no gap at all any more', saved, { samples: timesMs(undefined) }, 'worse'],
  [
    'a gap that is there again',
    timesMs(96, 98, undefined),
    { samples: timesMs(96, 98, 97) },
    'better',
  ],
  [
    '5 % more within 10 %',
    saved,
    { samples: timesMs(101, 103, 102), metrics: margin(0.1) },
    'within',
  ],
  [
    '50 % more beyond 10 %',
    saved,
    { samples: timesMs(150, 150, 150), metrics: margin(0.1) },
    'worse',
  ],
  [
    '50 % less beyond 10 %',
    saved,
    { samples: timesMs(50, 50, 50), metrics: margin(0.1) },
    'better',
  ],
  ['a figure that has no better way', saved, { samples: timesMs(9, 9, 9), metrics: {} }, 'changed'],
  ['another seed', saved, { seed: 8 }, 'other-seed'],
  ['another machine', saved, { run: { ...resultOf().run, fingerprint: 'm2' } }, 'same'],
  ['another lab', saved, { lab: 'netns' }, 'none'],
  [
    'another scenario',
    saved,
    { hashes: [{ case: 'default', variant: 'default', hash: otherHash }] },
    'other-scenario',
  ],
];

for (const [what, then, now, standing] of inSim) {
  test(`in sim ${what} is ${standing}`, (t) => {
    const [one, ...others] = compared(resultOf({ samples: then }), resultOf(now));
    t.is(others.length, 0);
    t.is(one!.standing, standing);
  });
}

const netns = (parts: Partial<Result> = {}) => resultOf({ lab: 'netns', ...parts });
/** Eleven runs are ten pairs of equals; each run is so much longer or shorter than the one before. */
const eleven = (ms: number, noiseRatio = 0.01) =>
  timesMs(...Array.from({ length: 11 }, (_, at) => ms * (at % 2 === 0 ? 1 : 1 + noiseRatio)));
const inRealTime: readonly Row[] = [
  ['the very figures without a margin', saved, {}, 'not-judged'],
  ['5 % more within 10 %', saved, { samples: eleven(102), metrics: margin(0.1) }, 'within'],
  [
    'what nobody knows the noise of',
    saved,
    { samples: timesMs(101, 103, 102), metrics: margin(0.1) },
    'unsettled',
  ],
  [
    '20 % more on a machine whose equal runs differ by 25 %',
    saved,
    { samples: eleven(112, 0.05), metrics: margin(0.1) },
    'within',
  ],
  ['20 % more on a quiet machine', saved, { samples: eleven(118), metrics: margin(0.1) }, 'worse'],
  [
    'a machine whose equal runs differ by more than half',
    saved,
    { samples: eleven(100, 0.3), metrics: margin(0.1) },
    'unsettled',
  ],
  ['50 % more beyond 10 %', saved, { samples: eleven(150), metrics: margin(0.1) }, 'worse'],
  ['another seed', saved, { samples: eleven(98), seed: 8, metrics: margin(0.1) }, 'within'],
  [
    'another machine',
    saved,
    { metrics: margin(0.1), run: { ...resultOf().run, fingerprint: 'm2' } },
    'other-machine',
  ],
];

for (const [what, then, now, standing] of inRealTime) {
  test(`in real time ${what} is ${standing}`, (t) => {
    t.is(compared(netns({ samples: then }), netns(now))[0]!.standing, standing);
  });
}

test('a comparison has both medians, their ratio and the sample to look at', (t) => {
  const [one] = compared(resultOf(), resultOf({ samples: timesMs(97, 194, 194.5) }));
  t.is(one!.ratio, 2);
  t.is(one!.worstSample, 3);
  const rate = (value: number): Record<string, Metric> => ({
    gap: { kind: 'value', value, dimension: 'rate' },
  });
  const metrics = { gap: { better: 'higher', marginRatio: undefined } } as const;
  const slow = resultOf({ samples: [sampleOf(1, rate(5)), sampleOf(2, rate(1))], metrics });
  t.is(compared(slow, slow)[0]!.worstSample, 2);
});

test('nothing saved is not known to be well; neither is what is of something else', (t) => {
  t.is(compared(undefined, resultOf())[0]!.standing, 'none');
  t.deepEqual(
    (['none', 'other-scenario', 'other-seed', 'other-machine', 'worse', 'better'] as const).map(
      (standing) => verdictFor[standing],
    ),
    ['inconclusive', 'inconclusive', 'inconclusive', 'unsupported', 'fail', 'pass'],
  );
});

test('of two machines that of the same scenario is shown, and the own one before it', (t) => {
  const there = { ...resultOf().run, fingerprint: 'm2', machine: 'Two' };
  const one = saveReferences(undefined, savingOf(netns())).baseline;
  const old = { case: 'default', variant: 'default', hash: otherHash };
  const both = saveReferences(one, savingOf(netns({ run: there, hashes: [old] }))).baseline;
  const found = (fingerprint: string, now: string) =>
    openReferences(both, { lab: 'netns', fingerprint, hashOf: () => now }).lookup({
      ...{ caseId: 'default', variant: 'default', metric: 'gap' },
    });
  t.is(found('m1', hash).kind, 'reference');
  t.is(found('m2', hash).kind, 'other-scenario');
  const elsewhere = found('m3', hash);
  t.is(elsewhere.kind === 'other-machine' && elsewhere.machine, 'One');
});

test('what the judge knew of the noise is taken from its row', (t) => {
  const samples = timesMs(101, 103, 102);
  const place = { case: 'default', variant: 'default', expectation: 'kept', line: 1 };
  const row: ResultRow = {
    ...place,
    text: 'gap',
    at: 'median',
    kind: 'bound',
    because: undefined,
    verdict: 'pass',
    severity: 'fail',
    knownFailing: undefined,
    shown: 'pass',
    why: '',
    brief: '',
    left: '',
    right: '',
    interval: undefined,
    n: 3,
    look: 'first',
    again: undefined,
    margin: { askedRatio: 0.01, noiseFloorRatio: 0.06, ratio: 0.06 },
  };
  const now = netns({ samples, metrics: margin(0.01), rows: [row] });
  const [one] = compared(netns({ samples: saved }), now);
  t.is(one!.standing, 'within');
  t.is(one!.marginRatio, 0.06);
});
