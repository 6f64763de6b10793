import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../base/property-runs.conformance.ts';
import { wholeCubeRoot } from './cube-root.ts';

for (const [value, root] of [
  [0, 0],
  [0.9, 0],
  [1, 1],
  [7, 1],
  [8, 2],
  [26, 2],
  [27, 3],
  [999_999_999, 999],
  [1_000_000_000, 1_000],
  [9_007_199_254_740_991, 208_063],
] as const) {
  test(`the whole cube root of ${value} is ${root}`, (t) => {
    t.is(wholeCubeRoot(value), root);
  });
}

test('a root is the largest whose cube is not above', (t) => {
  const exact = fc.property(fc.maxSafeNat(), (value) => {
    const root = BigInt(wholeCubeRoot(value));
    t.true(root ** 3n <= BigInt(value) && (root + 1n) ** 3n > BigInt(value));
  });
  fc.assert(exact, propertyRuns(2_000));
});

test('cubes and their neighbours', (t) => {
  for (let root = 1; root <= 208_063; root += 97) {
    t.is(wholeCubeRoot(root ** 3), root);
    t.is(wholeCubeRoot(root ** 3 - 1), root - 1);
  }
});
