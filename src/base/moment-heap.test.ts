import test from 'ava';
import fc from 'fast-check';
import { type Momentary, popMoment, pushMoment } from './moment-heap.ts';
import { propertyRuns } from './property-runs.conformance.ts';

test('entries come out by their moments, whatever the order in which they went in', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (moments) => {
      const heap: Momentary[] = [];
      for (const atNs of moments) pushMoment(heap, { atNs });
      const out: number[] = [];
      while (heap.length > 0) {
        out.push(heap[0]!.atNs);
        popMoment(heap);
      }
      t.deepEqual(
        out,
        moments.toSorted((a, b) => a - b),
      );
    }),
    propertyRuns(200),
  );
});
