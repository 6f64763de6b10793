import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { createAssembly, noteSegment, noteSyn } from './stream-assembly.ts';

const circle = 4_294_967_296;

interface Segment {
  readonly at: number;
  readonly bytes: number;
}

/** Bytes one by one in a set: what the first hole leaves out is not delivered. */
function slowly(segments: readonly Segment[]): number[] {
  const there = new Set<number>();
  let next = 0;
  return segments.map(({ at, bytes }) => {
    for (let place = at; place < at + bytes; place++) there.add(place);
    const before = next;
    while (there.has(next)) next += 1;
    return next - before;
  });
}

function deliveries(initial: number, segments: readonly Segment[]): number[] {
  const assembly = createAssembly();
  noteSyn(assembly, initial);
  return segments.map(({ at, bytes }) => noteSegment(assembly, (initial + 1 + at) % circle, bytes));
}

test('in order each segment is delivered as it comes', (t) => {
  const segments = [0, 100, 200].map((at) => ({ at, bytes: 100 }));
  t.deepEqual(deliveries(1, segments), [100, 100, 100]);
});

test('a hole holds back what comes behind it, and its filling lets all of it go', (t) => {
  const segments = [0, 200, 300, 100].map((at) => ({ at, bytes: 100 }));
  t.deepEqual(deliveries(1, segments), [100, 0, 0, 300]);
});

test('what came before delivers nothing, and what overlaps only its new part', (t) => {
  const segments = [
    { at: 0, bytes: 100 },
    { at: 0, bytes: 100 },
    { at: 50, bytes: 100 },
  ];
  t.deepEqual(deliveries(1, segments), [100, 0, 50]);
});

test('numbers begin again at 0 in the middle of a stream', (t) => {
  const segments = [0, 200, 100].map((at) => ({ at, bytes: 100 }));
  t.deepEqual(deliveries(circle - 51, segments), [100, 0, 200]);
});

test('in any order, with gaps, doubles and overlaps, it is what a set of bytes says', (t) => {
  const segment = fc.record({ at: fc.nat(60), bytes: fc.nat(12) });
  const initial = fc.oneof(
    fc.constantFrom(0, 1, circle - 1, circle - 30),
    fc.integer({ min: 0, max: circle - 1 }),
  );
  fc.assert(
    fc.property(initial, fc.array(segment, { maxLength: 60 }), (from, segments) => {
      t.deepEqual(deliveries(from, segments), slowly(segments));
    }),
    propertyRuns(500),
  );
});

test('a stream longer than all numbers goes round', (t) => {
  const assembly = createAssembly();
  noteSyn(assembly, 7);
  const bytes = 1 << 30;
  for (let round = 0; round < 9; round++) {
    t.is(noteSegment(assembly, (8 + round * bytes) % circle, bytes), bytes);
  }
});

test('a SYN that comes twice changes nothing, one of a new connection begins again', (t) => {
  const assembly = createAssembly();
  noteSyn(assembly, 1_000);
  t.is(noteSegment(assembly, 1_001, 100), 100);
  noteSyn(assembly, 1_000);
  t.is(noteSegment(assembly, 1_001, 100), 0);
  noteSyn(assembly, 3_000_000_000);
  t.is(noteSegment(assembly, 3_000_000_001, 100), 100);
});

test('a stream whose beginning was not seen begins with what is seen first', (t) => {
  const assembly = createAssembly();
  t.is(noteSegment(assembly, 500, 100), 100);
  t.is(noteSegment(assembly, 600, 100), 100);
});
