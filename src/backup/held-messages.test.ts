import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { unwrapSequence, wrapSequence } from '../tcp/sequence.ts';
import { boundariesOf, segmentStarts } from './boundaries.ts';
import { createHeldMessages, deleteThrough, holdMessage, resumeFrom } from './held-messages.ts';

/** Messages of these sizes, one behind the other. */
function hold(from: number, sizes: readonly number[], mssBytes = 1_000) {
  const held = createHeldMessages();
  let first = from;
  for (const size of sizes) {
    holdMessage(held, boundariesOf(first, size, mssBytes), new Uint8Array(size));
    first += size;
  }
  return held;
}

const kept = (held: ReturnType<typeof hold>) => held.list.map(({ boundaries }) => boundaries.first);

for (const [bytes, segments] of [
  [1, 1],
  [999, 1],
  [1_000, 1],
  [1_001, 2],
  [3_500, 4],
] as const) {
  test(`${bytes} bytes in segments of 1000 are ${segments}, known before one is sent`, (t) => {
    const boundaries = boundariesOf(5_000, bytes, 1_000);
    t.deepEqual(boundaries, { first: 5_000, last: 4_999 + bytes, mssBytes: 1_000, segments });
    t.deepEqual(segmentStarts(boundaries), [5_000, 6_000, 7_000, 8_000].slice(0, segments));
  });
}

test('system 3.3: after an acknowledgement through message k exactly k+1 to n remain', (t) => {
  const held = hold(100, [10, 20, 30]);
  deleteThrough(held, 130);
  t.deepEqual(kept(held), [130]);
  deleteThrough(held, 160);
  t.deepEqual(kept(held), []);
});

test('system 3.3: an acknowledgement in the middle of k keeps k whole', (t) => {
  const held = hold(100, [10, 20, 30]);
  deleteThrough(held, 111);
  t.deepEqual(kept(held), [110, 130]);
  deleteThrough(held, 129);
  t.deepEqual(kept(held), [110, 130]);
  t.is(resumeFrom(held), 110);
});

test('system 3.3: the arithmetic survives the wrap at 2^32', (t) => {
  const from = 2 ** 32 - 15;
  const held = hold(from, [10, 10, 10]);
  // On the wire the acknowledgement is 5 less than 2^32, then 5.
  deleteThrough(held, unwrapSequence(wrapSequence(from + 10), from));
  t.deepEqual(kept(held), [from + 10, from + 20]);
  t.is(wrapSequence(from + 20), 5);
  deleteThrough(held, unwrapSequence(5, from + 10));
  t.deepEqual(kept(held), [from + 20]);
});

test('system 3.3: what is held begins at or before the acknowledgement, and lacks nothing behind it', (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 });
  const from = fc.constantFrom(1, 2 ** 32 - 7_000, 2 ** 33 - 1);
  const property = fc.property(sizes, from, fc.nat(99_999), (each, start, offset) => {
    const total = each.reduce((sum, size) => sum + size, 0);
    const acknowledged = start + Math.min(offset, total);
    const held = hold(start, each);
    deleteThrough(held, acknowledged);
    const bytes = held.list.reduce((sum, one) => sum + one.bytes.length, 0);
    const first = resumeFrom(held) ?? start + total;
    t.is(first + bytes, start + total);
    t.true(first <= acknowledged);
    t.true(held.list.length === 0 || held.list[0]!.boundaries.last >= acknowledged);
  });
  fc.assert(property, { ...propertyRuns(200), seed: 1 });
});
