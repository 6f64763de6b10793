import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { signedRankDistribution, testSignedRanks } from './signed-rank.ts';

const near = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance;

/** The greatest sum that is still as unlikely as the level, or undefined. */
function criticalValue(count: number, oneSidedLevel: number): number | undefined {
  let tail = 0;
  for (const [sum, chance] of signedRankDistribution(count).entries()) {
    tail += chance;
    if (tail > oneSidedLevel) return sum === 0 ? undefined : sum - 1;
  }
  return undefined;
}

/** OEIS A226330: one-sided 2.5 %, from n = 6 on. After P. Mitic, Mathematica Journal 6 (3), 1996. */
const critical2and5 = [
  0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 29, 34, 40, 46, 52, 58, 65, 73, 81, 89, 98, 107, 116, 126, 137,
  147, 159, 170, 182, 195, 208, 221, 235, 249, 264, 279, 294, 310, 327, 343, 361, 378, 396, 415,
  434, 453, 473, 494, 514, 536, 557, 579, 602, 625, 648, 672, 697,
];

test('critical values at one-sided 2.5 % are those of OEIS A226330, for 6 to 62 pairs', (t) => {
  const found = critical2and5.map((_, at) => criticalValue(at + 6, 0.025));
  t.deepEqual(found, critical2and5);
  t.is(criticalValue(5, 0.025), undefined);
});

/** D. Harvey, Chemometrics Using R, table 12.6: one-tailed 5 %, n = 5 … 20. */
const critical5 = [0, 2, 3, 5, 8, 10, 13, 17, 21, 25, 30, 35, 41, 47, 53, 60];

test('critical values at one-sided 5 % are those of the textbook table', (t) => {
  t.deepEqual(
    critical5.map((_, at) => criticalValue(at + 5, 0.05)),
    critical5,
  );
});

test('five pairs reach a two-sided p of .0625 at best, six .03125', (t) => {
  t.is(testSignedRanks([1, 2, 3, 4, 5]).twoSidedP, 0.0625);
  t.is(testSignedRanks([1, 2, 3, 4, 5, 6]).twoSidedP, 0.03125);
});

/** Hollander and Wolfe 1973, table 3.1, as in the examples of R's wilcox.test. */
const depressionBefore = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const depressionAfter = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];

test('worked examples of the literature come out', (t) => {
  const depression = testSignedRanks(depressionBefore.map((x, at) => x - depressionAfter[at]!));
  t.is(depression.positiveRankSum, 40);
  t.true(near(depression.greaterP, 0.01953, 0.000_005));
  const seven = testSignedRanks([-3.1, -2.2, 1.3, 2.4, 3.5, 4.6, 5.7]);
  t.is(seven.positiveRankSum, 22);
  t.true(near(seven.twoSidedP, 0.2188, 0.000_05));
});

test('zeros are left out, and nothing but zeros says nothing', (t) => {
  t.deepEqual(testSignedRanks([0, 3, 0, -1, 2]), testSignedRanks([3, -1, 2]));
  t.is(testSignedRanks([0, 0, 0]).twoSidedP, 1);
  t.is(testSignedRanks([]).twoSidedP, 1);
});

/** Every choice of signs for the given sizes, counted one by one; ranks are found by comparing. */
function enumerate(differences: readonly number[]): { lessP: number; greaterP: number } {
  const signed = differences.filter((one) => one !== 0);
  const sizes = signed.map(Math.abs);
  const ranks = sizes.map(
    (size) =>
      sizes.filter((other) => other < size).length +
      (sizes.filter((other) => other === size).length + 1) / 2,
  );
  const sumWhere = (isPositive: (at: number) => boolean) =>
    ranks.reduce((sum, rank, at) => sum + (isPositive(at) ? rank : 0), 0);
  const observed = sumWhere((at) => signed[at]! > 0);
  const ways = 2 ** signed.length;
  let less = 0;
  let greater = 0;
  for (let signs = 0; signs < ways; signs++) {
    const sum = sumWhere((at) => ((signs >> at) & 1) === 1);
    if (sum <= observed) less++;
    if (sum >= observed) greater++;
  }
  return { lessP: less / ways, greaterP: greater / ways };
}

test('p-values are those of counting all signs, ties and zeros included', (t) => {
  const differences = fc.array(fc.integer({ min: -6, max: 6 }), { maxLength: 10 });
  fc.assert(
    fc.property(differences, (some) => {
      const { lessP, greaterP } = testSignedRanks(some);
      t.deepEqual({ lessP, greaterP }, enumerate(some));
    }),
    propertyRuns(150),
  );
});

test('sixty pairs still have a distribution that sums to one and is symmetric', (t) => {
  const distribution = signedRankDistribution(60);
  const sum = distribution.reduce((a, b) => a + b, 0);
  t.is(distribution.length, 1_831);
  t.true(near(sum, 1, 1e-12));
  t.true(distribution.every((chance, at) => chance === distribution.at(-1 - at)));
});
