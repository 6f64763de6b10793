import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { neededSamples, quantileInterval, quantileRanks } from './order-statistics.ts';

const counting = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

test('the least and the greatest of six cover the median with 96.875 %, of five with 93.75 %', (t) => {
  const six = quantileInterval([1, 2, 4, 8, 16, 32], 0.5, 0.95, 'two-sided');
  t.deepEqual([six.lower, six.upper, six.coverage], [1, 32, 0.96875]);
  const five = quantileInterval([1, 2, 4, 8, 16], 0.5, 0.9375, 'two-sided');
  t.deepEqual([five.lower, five.upper, five.coverage], [1, 16, 0.9375]);
});

test('five samples give no two-sided bound of the median at 95 %', (t) => {
  const { lower, upper, coverage } = quantileInterval([1, 2, 3, 4, 5], 0.5, 0.95, 'two-sided');
  t.deepEqual([lower, upper, coverage], [undefined, undefined, 1]);
});

/**
 * Confidence intervals for the population median: n, rank of the lower bound, confidence in percent.
 * Table A.7 of an introductory textbook (intervals [x(r), x(n + 1 - r)]), all rows that could be had.
 */
const tableA7: readonly (readonly [number, number, number])[] = [
  [2, 1, 50.0],
  [3, 1, 75.0],
  [4, 1, 87.5],
  [5, 1, 93.8],
  [6, 1, 96.9],
  [6, 2, 78.1],
  [7, 1, 98.4],
  [7, 2, 87.5],
  [8, 1, 99.2],
  [8, 2, 93.0],
  [9, 1, 99.6],
  [9, 2, 96.1],
  [9, 3, 82.0],
  [10, 1, 99.8],
  [10, 2, 97.9],
  [10, 3, 89.1],
  [11, 1, 99.9],
  [11, 2, 98.8],
  [11, 3, 93.5],
  [12, 2, 99.4],
  [12, 3, 96.1],
  [12, 4, 85.4],
  [13, 2, 99.7],
  [13, 3, 97.8],
  [13, 4, 90.8],
  [14, 2, 99.8],
  [14, 3, 98.7],
  [14, 4, 94.3],
  [14, 5, 82.0],
  [15, 3, 99.3],
  [15, 4, 96.5],
  [15, 5, 88.2],
  [16, 3, 99.6],
  [16, 4, 97.9],
  [16, 5, 92.3],
  [16, 6, 79.0],
  [17, 3, 99.8],
  [17, 4, 98.7],
  [17, 5, 95.1],
  [17, 6, 85.7],
  [18, 4, 99.2],
  [18, 5, 96.9],
  [18, 6, 90.4],
  [19, 4, 99.6],
  [19, 5, 98.1],
  [19, 6, 93.6],
  [19, 7, 83.3],
  [20, 4, 99.7],
  [20, 5, 98.8],
  [20, 6, 95.9],
  [20, 7, 88.5],
];

test('the published table of intervals for the median comes out to its last digit', (t) => {
  for (const [count, rank, percent] of tableA7) {
    /** Half a unit of the last digit less, so that rounding up in the table does not ask too much. */
    const ranks = quantileRanks(count, 0.5, (percent - 0.0501) / 100, 'two-sided');
    t.is(ranks.lowerRank, rank, `n = ${count}`);
    t.is(ranks.upperRank, count + 1 - rank, `n = ${count}`);
    t.true(Math.abs(ranks.coverage * 100 - percent) <= 0.050_1, `n = ${count}: ${ranks.coverage}`);
  }
});

test('29 samples decide a p90 where none exceeds, 46 where one does, 299 decide a p99', (t) => {
  t.is(neededSamples(0.9, 0.95), 29);
  t.is(neededSamples(0.9, 0.95, 1), 46);
  t.is(neededSamples(0.99, 0.95), 299);
  t.is(neededSamples(0.5, 0.95), 5);
});

test('the upper bound of a p90 is the greatest of 29, and there is none with 28', (t) => {
  t.is(quantileInterval(counting(29), 0.9, 0.95, 'upper').upper, 29);
  t.is(quantileInterval(counting(28), 0.9, 0.95, 'upper').upper, undefined);
  t.is(quantileInterval(counting(46), 0.9, 0.95, 'upper').upper, 45);
});

const samples = fc
  .array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 40 })
  .map((some) => some.toSorted((a, b) => a - b));
const quantiles = fc.constantFrom(0.1, 0.5, 0.9, 0.99);
const confidence = fc.double({ min: 0.5, max: 0.999, noNaN: true });
const sides = fc.constantFrom('two-sided', 'lower', 'upper');

test('a higher confidence never gives a shorter interval, and covers what was asked for', (t) => {
  fc.assert(
    fc.property(samples, quantiles, confidence, confidence, sides, (some, q, one, other, side) => {
      const short = quantileInterval(some, q, Math.min(one, other), side);
      const long = quantileInterval(some, q, Math.max(one, other), side);
      t.true((long.lower ?? -Infinity) <= (short.lower ?? -Infinity));
      t.true((long.upper ?? Infinity) >= (short.upper ?? Infinity));
      t.true(long.coverage >= short.coverage);
      t.true(short.coverage >= Math.min(one, other) - 1e-12);
    }),
    propertyRuns(300),
  );
});

test('shifted samples shift the interval, mirrored ones mirror it', (t) => {
  const mirror = (bound: number | undefined) => (bound === undefined ? undefined : 0 - bound);
  fc.assert(
    fc.property(samples, fc.integer({ min: -99, max: 99 }), confidence, (some, shift, level) => {
      const { lower, upper } = quantileInterval(some, 0.5, level, 'two-sided');
      const moved = quantileInterval(
        some.map((one) => one + shift),
        0.5,
        level,
        'two-sided',
      );
      t.is(moved.lower, lower === undefined ? undefined : lower + shift);
      const negated = some.map((one) => 0 - one).toReversed();
      const mirrored = quantileInterval(negated, 0.5, level, 'two-sided');
      t.deepEqual([mirrored.lower, mirrored.upper], [mirror(upper), mirror(lower)]);
    }),
    propertyRuns(200),
  );
});

/** n over k, in whole numbers. */
function choose(n: number, k: number): bigint {
  let ways = 1n;
  for (let at = 1; at <= k; at++) ways = (ways * BigInt(n - k + at)) / BigInt(at);
  return ways;
}

test('the coverage is that of the binomial formula in whole numbers', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), confidence, (count, level) => {
      const { lowerRank, upperRank, coverage } = quantileRanks(count, 0.5, level, 'two-sided');
      let ways = 0n;
      const last = upperRank ?? count + 1;
      for (let below = lowerRank ?? 0; below < last; below++) ways += choose(count, below);
      t.true(Math.abs(coverage - Number(ways) / 2 ** count) < 1e-12);
    }),
    propertyRuns(100),
  );
});
