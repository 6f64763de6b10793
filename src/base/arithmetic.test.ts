import test from 'ava';
import fc from 'fast-check';
import { exponential, naturalLog } from './arithmetic.ts';
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

test('known powers of e come out', (t) => {
  t.is(exponential(0), 1);
  t.true(Math.abs(exponential(1) - Math.E) < 1e-15);
  t.is(exponential(-1_000), 0);
  t.is(exponential(1_000), Infinity);
});

test('powers of e agree with the library to a few units in the last place, and undo logarithms', (t) => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      const wanted = Math.exp(x);
      t.true(Math.abs(exponential(x) / wanted - 1) <= 2e-15);
      t.true(Math.abs(naturalLog(exponential(x)) - x) <= 2e-15 * Math.max(1, Math.abs(x)));
    }),
    propertyRuns(1_000),
  );
});
