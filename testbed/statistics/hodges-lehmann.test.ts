import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { hodgesLehmann, hodgesLehmannInterval, walshAverages } from './hodges-lehmann.ts';

const near = (a: number | undefined, b: number) => Math.abs(a! - b) <= 1e-9;

/** An answer on stats.stackexchange with R's output: pseudomedian 1.8, 95 % interval -2.2 to 4.6. */
test('a worked example with the output of R comes out', (t) => {
  const differences = [-3.1, -2.2, 1.3, 2.4, 3.5, 4.6, 5.7];
  t.true(near(hodgesLehmann(differences), 1.8));
  const { lower, upper, coverage } = hodgesLehmannInterval(differences, 0.95);
  t.true(near(lower, -2.2) && near(upper, 4.6));
  t.true(near(coverage, 1 - 2 * (3 / 128)));
});

/** The example of statease's wilcoxon_interpret, printed by R: -2.5 to 15 at 95 %. */
test('another example with the output of R comes out', (t) => {
  const before = [23, 45, 12, 67, 34, 89, 56];
  const after = [19, 38, 22, 51, 29, 74, 44];
  const interval = hodgesLehmannInterval(
    before.map((x, at) => x - after[at]!),
    0.95,
  );
  t.deepEqual([interval.lower, interval.upper], [-2.5, 15]);
});

/** Hollander and Wolfe 1973, examples 3.1 to 3.3: the estimate for the depression data is -.46. */
test('the estimate of a textbook comes out', (t) => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
  const differences = after.map((y, at) => y - before[at]!);
  t.true(near(hodgesLehmann(differences), -0.46));
  const { lower, upper } = hodgesLehmannInterval(differences, 0.96);
  t.true(near(lower, -0.786) && near(upper, -0.01));
});

test('five differences have no interval at 95 %, six their extremes', (t) => {
  t.is(hodgesLehmannInterval([1, 2, 3, 4, 5], 0.95).lower, undefined);
  const six = hodgesLehmannInterval([1, 2, 3, 4, 5, 7], 0.95);
  t.deepEqual([six.lower, six.upper, six.coverage], [1, 7, 0.96875]);
});

const figures = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 14 });
const confidences = fc.tuple(
  fc.double({ min: 0.5, max: 0.999, noNaN: true }),
  fc.double({ min: 0.5, max: 0.999, noNaN: true }),
);

test('the estimate is the median of the Walsh averages', (t) => {
  fc.assert(
    fc.property(figures, (some) => {
      const averages = some.flatMap((a, i) => some.slice(i).map((b) => (a + b) / 2));
      averages.sort((a, b) => a - b);
      t.deepEqual(walshAverages(some), averages);
      const half = averages.length / 2;
      const wanted = (averages[Math.ceil(half) - 1]! + averages[Math.floor(half)]!) / 2;
      t.is(hodgesLehmann(some), wanted);
    }),
    propertyRuns(200),
  );
});

test('a higher confidence never gives a shorter interval, nor one without the estimate', (t) => {
  fc.assert(
    fc.property(figures, confidences, (some, [one, other]) => {
      const short = hodgesLehmannInterval(some, Math.min(one, other));
      const long = hodgesLehmannInterval(some, Math.max(one, other));
      t.true((long.lower ?? -Infinity) <= (short.lower ?? -Infinity));
      t.true((long.upper ?? Infinity) >= (short.upper ?? Infinity));
      t.true(long.coverage >= short.coverage && short.coverage >= Math.min(one, other));
      t.true((short.lower ?? -Infinity) <= hodgesLehmann(some));
      t.true((short.upper ?? Infinity) >= hodgesLehmann(some));
    }),
    propertyRuns(200),
  );
});

test('shifted figures shift the estimate and the interval', (t) => {
  fc.assert(
    fc.property(figures, fc.integer({ min: -500, max: 500 }), (some, shift) => {
      const moved = some.map((one) => one + shift);
      const { lower, upper } = hodgesLehmannInterval(some, 0.9);
      const after = hodgesLehmannInterval(moved, 0.9);
      t.is(hodgesLehmann(moved), hodgesLehmann(some) + shift);
      t.is(after.lower, lower === undefined ? undefined : lower + shift);
      t.is(after.upper, upper === undefined ? undefined : upper + shift);
    }),
    propertyRuns(200),
  );
});
