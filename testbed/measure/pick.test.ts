import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { picks } from '../schema/model.ts';
import { pickOf } from './pick.ts';

test('the picks of ten values', (t) => {
  const values = [7, 1, 3, 10, 2, 9, 4, 8, 6, 5];
  const wanted = { min: 1, median: 5.5, mean: 5.5, p90: 9, p99: 10, max: 10 };
  for (const pick of picks) t.is(pickOf(values, pick), wanted[pick], pick);
  t.is(values[0], 7, 'the values were moved');
});

test('one value is every pick of itself', (t) => {
  for (const pick of picks) t.is(pickOf([-3], pick), -3);
});

test('numbers are sorted as numbers', (t) => {
  t.is(pickOf([1_000, 9, 20], 'median'), 20);
});

test('at least 90 % lie at or below p90, and fewer below any smaller value', (t) => {
  const values = fc.array(fc.integer(), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(
      values,
      fc.constantFrom([0.9, 'p90'] as const, [0.99, 'p99'] as const),
      (list, q) => {
        const [share, pick] = q;
        const picked = pickOf(list, pick);
        const atMost = list.filter((value) => value <= picked).length;
        const below = list.filter((value) => value < picked).length;
        t.true(atMost >= share * list.length && below < share * list.length);
      },
    ),
    propertyRuns(300),
  );
});
