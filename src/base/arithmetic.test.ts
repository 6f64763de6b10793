import test from 'ava';
import fc from 'fast-check';
import { naturalLog } from './arithmetic.ts';
import { propertyRuns } from './property-runs.conformance.ts';

test('the logarithm of one is zero, and of powers of two a multiple of ln 2', (t) => {
  t.is(naturalLog(1), 0);
  t.is(naturalLog(2), Math.LN2);
  t.is(naturalLog(1 / 1024), -10 * Math.LN2);
});

test('known logarithms come out', (t) => {
  t.true(Math.abs(naturalLog(10) - Math.LN10) < 1e-15);
  t.true(Math.abs(naturalLog(Math.E) - 1) < 1e-15);
  t.true(Math.abs(naturalLog(2 ** -53) + 53 * Math.LN2) < 1e-14);
});

test('it agrees with the library to a few units in the last place, in (0, 1] and beyond', (t) => {
  const positive = fc.oneof(
    fc.double({ min: 2 ** -53, max: 1, noNaN: true }),
    fc.double({ min: 1, max: 1e300, noNaN: true }),
  );
  fc.assert(
    fc.property(positive, (x) => {
      const wanted = Math.log(x);
      t.true(Math.abs(naturalLog(x) - wanted) <= 1e-15 * Math.max(1, Math.abs(wanted)));
    }),
    propertyRuns(1_000),
  );
});
