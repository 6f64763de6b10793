import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import {
  type ComparisonSettings,
  comparePairFamily,
  comparePairs,
  logRatios,
  type Pair,
  pairedLooks,
} from './paired-comparison.ts';

const settings: ComparisonSettings = {
  look: pairedLooks[0],
  marginRatio: 0.05,
  noiseFloorRatio: 0,
  better: 'lower',
};

/** Ten pairs whose ratios lie in equal steps around `ratio`, from `1 - spread` to `1 + spread` of it. */
function tenPairs(ratio: number, spread: number): Pair[] {
  return Array.from({ length: 10 }, (_, at) => ({
    a: 100 + at,
    b: (100 + at) * ratio * (1 + (spread * (2 * at - 9)) / 9),
  }));
}

const cases = [
  ['equal sides with little noise are the same', 1, 0.02, 'lower', 'same'],
  ['a spread beyond the margin leaves equal sides undecided', 1, 0.2, 'lower', 'undecided'],
  ['a fifth more of what should be low is worse', 1.2, 0.02, 'lower', 'worse'],
  ['a fifth more of what should be high is better', 1.2, 0.02, 'higher', 'better'],
  ['a fifth less of what should be low is better', 0.8, 0.02, 'lower', 'better'],
  ['a fifth less of what should be high is worse', 0.8, 0.02, 'higher', 'worse'],
  ['a fifth more in wild noise is undecided', 1.2, 0.6, 'lower', 'undecided'],
  ['3 % more, without doubt but within the margin, is the same', 1.03, 0.005, 'lower', 'same'],
] as const;

for (const [title, ratio, spread, better, decision] of cases) {
  test(title, (t) => {
    t.is(comparePairs(tenPairs(ratio, spread), { ...settings, better }).decision, decision);
  });
}

test('the noise floor raises the margin, and never lowers it', (t) => {
  const pairs = tenPairs(1.1, 0.02);
  t.is(comparePairs(pairs, settings).decision, 'worse');
  const noisy = comparePairs(pairs, { ...settings, noiseFloorRatio: 0.2 });
  t.is(noisy.decision, 'same');
  t.is(noisy.marginRatio, 0.2);
  t.is(comparePairs(pairs, { ...settings, noiseFloorRatio: 0.01 }).marginRatio, 0.05);
});

test('identical sides are the same, with a ratio of exactly 1', (t) => {
  const { decision, ratio, lowerRatio, upperRatio, pValue } = comparePairs(
    tenPairs(1, 0),
    settings,
  );
  t.deepEqual([decision, ratio, lowerRatio, upperRatio, pValue], ['same', 1, 1, 1, 1]);
});

test('a figure that is not positive has no ratio', (t) => {
  const pairs = [...tenPairs(1.2, 0.02), { a: 0, b: 1 }];
  const comparison = comparePairs(pairs, settings);
  t.is(comparison.decision, 'incomparable');
  t.is(comparison.ratio, undefined);
});

test('too few pairs decide nothing, however far apart they are', (t) => {
  t.is(comparePairs([], settings).decision, 'undecided');
  t.is(comparePairs(tenPairs(3, 0.02).slice(0, 7), settings).decision, 'undecided');
  t.is(comparePairs(tenPairs(3, 0.02).slice(0, 8), settings).decision, 'worse');
});

test('among many comparisons a difference must be clearer', (t) => {
  const one = tenPairs(1.2, 0.02);
  const none = tenPairs(1, 0.2);
  const five = [one, none, none, none, none];
  const six = [...five, none];
  const decide = (family: readonly Pair[][]) =>
    comparePairFamily(
      family,
      family.map(() => settings),
    )[0]!.decision;
  t.is(decide(five), 'worse', '5 · 2 / 1024 is below 1 %');
  t.is(decide(six), 'undecided', '6 · 2 / 1024 is not');
});

const figures = fc.integer({ min: 1, max: 1_000 });
const somePairs = fc.array(fc.record({ a: figures, b: figures }), { minLength: 8, maxLength: 20 });

test('swapping a and b turns the ratio over and better into worse', (t) => {
  const turned = { better: 'worse', worse: 'better' } as const;
  fc.assert(
    fc.property(somePairs, (pairs) => {
      const forth = comparePairs(pairs, settings);
      const back = comparePairs(
        pairs.map(({ a, b }) => ({ a: b, b: a })),
        settings,
      );
      t.true(Math.abs(forth.ratio! * back.ratio! - 1) < 1e-12);
      t.true(Math.abs(forth.lowerRatio! * back.upperRatio! - 1) < 1e-12);
      const { decision } = forth;
      const wanted = decision === 'better' || decision === 'worse' ? turned[decision] : decision;
      t.is(back.decision, wanted);
    }),
    propertyRuns(100),
  );
});

test('the interval leaves out 1 exactly where the test rejects', (t) => {
  fc.assert(
    fc.property(somePairs, (pairs) => {
      const sizes = new Set(logRatios(pairs).map((ratio) => Math.abs(ratio).toFixed(9)));
      fc.pre(sizes.size === pairs.length && !sizes.has('0.000000000'));
      const { lowerRatio, upperRatio, pValue } = comparePairs(pairs, settings);
      t.is(lowerRatio! > 1 || upperRatio! < 1, pValue <= settings.look.errorRatio);
    }),
    propertyRuns(200),
  );
});
