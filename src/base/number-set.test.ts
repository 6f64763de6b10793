import test from 'ava';
import fc from 'fast-check';
import { addNumber, createNumberSet, hasNumber } from './number-set.ts';
import { propertyRuns } from './property-runs.conformance.ts';

test('a number is new once', (t) => {
  const set = createNumberSet();
  t.true(addNumber(set, 31));
  t.false(addNumber(set, 31));
  t.true(hasNumber(set, 31));
  t.false(hasNumber(set, 63));
  t.is(set.size, 1);
});

test('it behaves as a Set does', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000)), (numbers) => {
      const set = createNumberSet();
      const wanted = new Set<number>();
      for (const number of numbers) {
        t.is(addNumber(set, number), !wanted.has(number));
        wanted.add(number);
      }
      t.is(set.size, wanted.size);
      for (const probe of [0, 1, 31, 32, 4_999, 1e9])
        t.is(hasNumber(set, probe), wanted.has(probe));
    }),
    propertyRuns(100),
  );
});
