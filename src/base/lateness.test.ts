import test from 'ava';
import fc from 'fast-check';
import { createLateness, noteLateness, quantileNs } from './lateness.ts';
import { propertyRuns } from './property-runs.conformance.ts';

function latenessOf(values: readonly number[]) {
  const lateness = createLateness();
  for (const value of values) noteLateness(lateness, value);
  return lateness;
}

test('a quantile is never below the true one, and at most a sixteenth above', (t) => {
  const values = fc.array(fc.integer({ min: 0, max: 1_999_999_999 }), { minLength: 1 });
  const ratios = fc.constantFrom(0.5, 0.9, 0.99, 1);
  t.notThrows(() =>
    fc.assert(
      fc.property(values, ratios, (lateNs, ratio) => {
        const sorted = lateNs.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length * ratio) - 1]!;
        const told = quantileNs(latenessOf(lateNs), ratio);
        return told >= exact && told <= exact + exact / 16;
      }),
      propertyRuns(500),
    ),
  );
});

test('without a frame nothing was late', (t) => {
  t.is(quantileNs(createLateness(), 0.99), 0);
});

test('early is in time, and more than two seconds is still told as the worst', (t) => {
  t.is(quantileNs(latenessOf([-5]), 1), 0);
  const late = latenessOf([1, 60e9]);
  t.is(late.worstNs, 60e9);
  t.is(quantileNs(late, 1), 2 ** 31 - 1);
});
