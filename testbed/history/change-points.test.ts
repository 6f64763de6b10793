import test from 'ava';
import { findChanges } from './change-points.ts';

const cases: readonly [string, number[], [at: number, before: number, after: number][]][] = [
  ['a steady series has none', [5, 5, 5, 5, 5, 5, 5, 5, 5, 5], []],
  ['a step is one', [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2], [[6, 1, 2]]],
  ['a lone spike is none', [1, 1, 1, 1, 1, 9, 1, 1, 1, 1, 1, 1], []],
  ['a step within noise is found', [10, 11, 9, 10, 11, 9, 14, 15, 13, 14, 15, 13], [[6, 10, 14]]],
  ['noise alone has none', [10, 11, 9, 10, 12, 9, 11, 10, 9, 11, 10, 12, 9, 10], []],
  [
    'two steps are two',
    [1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2],
    [
      [5, 1, 3],
      [10, 3, 2],
    ],
  ],
  ['less than 2 % is none', [100, 100, 100, 100, 100, 101, 101, 101, 101, 101], []],
  ['three runs of a new level are too few to tell', [1, 1, 1, 1, 1, 1, 2, 2, 2], []],
];

for (const [title, values, expected] of cases) {
  test(title, (t) => {
    t.deepEqual(
      findChanges(values).map(({ at, before, after }) => [at, before, after]),
      expected,
    );
  });
}
