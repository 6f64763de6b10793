import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import {
  estimateShift,
  estimateShiftInterval,
  mannWhitneyDistribution,
  testRankSums,
} from './mann-whitney.ts';

const near = (a: number | undefined, b: number, tolerance: number) => Math.abs(a! - b) <= tolerance;

test('4 against 4 reach a two-sided p of .0286 at best, 5 against 5 .0079', (t) => {
  t.true(near(testRankSums([1, 2, 3, 4], [5, 6, 7, 8]).twoSidedP, 0.0286, 0.000_05));
  t.true(near(testRankSums([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).twoSidedP, 0.0079, 0.000_05));
});

/** Two-tailed 5 %; row 5 is n1 = 5 and the columns n2 = 5 … 20, as found in many textbooks. */
const critical5: Readonly<Record<number, readonly number[]>> = {
  5: [2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 17, 18, 19, 20],
  6: [3, 5, 6, 8, 10, 11, 13, 14, 16, 17, 19, 21, 22, 24, 25, 27],
  7: [5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34],
  8: [6, 8, 10, 13, 15, 17, 19, 22, 24, 26, 29, 31, 34, 36, 38, 41],
  9: [7, 10, 12, 15, 17, 20, 23, 26, 28, 31, 34, 37, 39, 42, 45, 48],
  10: [8, 11, 14, 17, 20, 23, 26, 29, 33, 36, 39, 42, 45, 48, 52, 55],
  11: [9, 13, 16, 19, 23, 26, 30, 33, 37, 40, 44, 47, 51, 55, 58, 62],
  12: [11, 14, 18, 22, 26, 29, 33, 37, 41, 45, 49, 53, 57, 61, 65, 69],
  13: [12, 16, 20, 24, 28, 33, 37, 41, 45, 50, 54, 59, 63, 67, 72, 76],
};

function criticalValue(countA: number, countB: number): number {
  let tail = 0;
  const distribution = mannWhitneyDistribution(countA, countB);
  return (
    distribution.findIndex((chance) => {
      tail += chance;
      return 2 * tail > 0.05;
    }) - 1
  );
}

test('critical values at two-sided 5 % are those of the textbooks', (t) => {
  for (const [countA, row] of Object.entries(critical5)) {
    const found = row.map((_, at) => criticalValue(Number(countA), at + 5));
    t.deepEqual(found, row, `n1 = ${countA}`);
  }
});

/** Hollander and Wolfe 1973, table 4.1, as in the examples of R's wilcox.test. */
const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const atMonths = [1.15, 0.88, 0.9, 0.74, 1.21];

test('a worked example of the literature comes out', (t) => {
  const permeability = testRankSums(atMonths, atTerm);
  t.is(permeability.u, 35);
  t.true(near(permeability.greaterP, 0.1272, 0.000_05));
  t.true(near(estimateShift(atMonths, atTerm), 0.305, 1e-9));
  const { lower, upper } = estimateShiftInterval(atMonths, atTerm, 0.95);
  t.true(near(lower, -0.15, 1e-9) && near(upper, 0.76, 1e-9));
});

/** Every choice of which pooled figures are b's, counted one by one; u is counted by comparing. */
function enumerate(
  a: readonly number[],
  b: readonly number[],
): { lessP: number; greaterP: number } {
  const pooled = [...a, ...b];
  const exceedances = (isB: (at: number) => boolean) => {
    const bs = pooled.filter((_, at) => isB(at));
    const as = pooled.filter((_, at) => !isB(at));
    return bs.flatMap((high) => as.map((low) => (Math.sign(high - low) + 1) / 2)).reduce(sum, 0);
  };
  const observed = exceedances((at) => at >= a.length);
  const ways = Array.from({ length: 2 ** pooled.length }, (_, bits) => bits)
    .filter((bits) => bits.toString(2).replaceAll('0', '').length === b.length)
    .map((bits) => exceedances((at) => ((bits >> at) & 1) === 1));
  const share = (chosen: readonly number[]) => chosen.length / ways.length;
  return {
    lessP: share(ways.filter((u) => u <= observed)),
    greaterP: share(ways.filter((u) => u >= observed)),
  };
}

const sum = (a: number, b: number) => a + b;
const few = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 5 });

test('p-values are those of counting all choices, ties included', (t) => {
  fc.assert(
    fc.property(few, few, (a, b) => {
      const { lessP, greaterP } = testRankSums(a, b);
      const wanted = enumerate(a, b);
      t.true(near(lessP, wanted.lessP, 1e-14) && near(greaterP, wanted.greaterP, 1e-14));
    }),
    propertyRuns(60),
  );
});

test('a shift of b shifts the estimate and the interval', (t) => {
  fc.assert(
    fc.property(few, few, fc.integer({ min: -9, max: 9 }), (a, b, shift) => {
      const moved = b.map((one) => one + shift);
      t.is(estimateShift(a, moved), estimateShift(a, b) + shift);
      const { lower } = estimateShiftInterval(a, b, 0.8);
      const after = estimateShiftInterval(a, moved, 0.8);
      t.is(after.lower, lower === undefined ? undefined : lower + shift);
    }),
    propertyRuns(100),
  );
});

test('a higher confidence never gives a shorter interval', (t) => {
  const level = fc.double({ min: 0.5, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(few, few, level, level, (a, b, one, other) => {
      const short = estimateShiftInterval(a, b, Math.min(one, other));
      const long = estimateShiftInterval(a, b, Math.max(one, other));
      t.true((long.lower ?? -Infinity) <= (short.lower ?? -Infinity));
      t.true((long.upper ?? Infinity) >= (short.upper ?? Infinity));
    }),
    propertyRuns(100),
  );
});
