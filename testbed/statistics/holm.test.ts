import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { adjustByHolm } from './holm.ts';

const rounded = (values: readonly number[]) => values.map((one) => Number(one.toFixed(6)));

/** The example in the documentation of pingouin's `holm`. */
test('a published example comes out', (t) => {
  const adjusted = adjustByHolm([0.5, 0.003, 0.32, 0.054, 0.0003]);
  t.deepEqual(rounded(adjusted), [0.64, 0.012, 0.64, 0.162, 0.0015]);
});

/** By hand: .005 · 4, .01 · 3, .03 · 2, and .04 · 1 raised to the one before it. */
test('no adjusted p falls below a smaller one', (t) => {
  t.deepEqual(rounded(adjustByHolm([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02]);
});

test('none, and a single one, stay as they are', (t) => {
  t.deepEqual(adjustByHolm([]), []);
  t.deepEqual(adjustByHolm([0.04]), [0.04]);
});

test('what is rejected is what stepping down rejects', (t) => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(pValues, fc.double({ min: 0.001, max: 0.2, noNaN: true }), (some, level) => {
      const adjusted = adjustByHolm(some).filter((p) => p <= level).length;
      const sorted = some.toSorted((a, b) => a - b);
      let rejected = 0;
      while (rejected < some.length && sorted[rejected]! * (some.length - rejected) <= level) {
        rejected++;
      }
      t.is(adjusted, rejected);
    }),
    propertyRuns(300),
  );
});
