import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { addRange, createRanges, dropRangesBelow, holdsRange } from './ranges.ts';

const range = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 12 }));

test('ranges hold the numbers that were added, merged and in order', (t) => {
  const same = fc.property(fc.array(range, { maxLength: 30 }), fc.nat(60), (added, below) => {
    const ranges = createRanges();
    const model = new Set<number>();
    for (const [left, length] of added) {
      addRange(ranges, left, left + length);
      for (let each = left; each < left + length; each++) model.add(each);
    }
    dropRangesBelow(ranges, below);
    for (let each = 0; each < 80; each++) {
      t.is(holdsRange(ranges, each, each + 1), each >= below && model.has(each));
    }
    for (const [at, { left, right }] of ranges.list.entries()) {
      t.true(left < right);
      t.true(at === 0 || ranges.list[at - 1]!.right < left);
    }
  });
  fc.assert(same, propertyRuns(200));
});

test('the range that was added to last is known by its turn', (t) => {
  const ranges = createRanges();
  addRange(ranges, 30, 40);
  addRange(ranges, 10, 20);
  addRange(ranges, 40, 50);
  const latest = ranges.list.toSorted((a, b) => b.touched - a.touched);
  t.deepEqual(
    latest.map(({ left, right }) => [left, right]),
    [
      [30, 50],
      [10, 20],
    ],
  );
});
