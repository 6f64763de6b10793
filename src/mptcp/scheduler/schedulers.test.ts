import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../base/property-runs.conformance.ts';
import { type PathView, schedulerKinds } from './scheduler.ts';
import { schedulerOf } from './schedulers.ts';

const nsPerMs = 1_000_000;

function path(number: number, rttMs: number, changes: Partial<PathView> = {}): PathView {
  return {
    number,
    srttNs: rttMs * nsPerMs,
    cwndBytes: 100_000,
    inflightBytes: 0,
    hasRoom: true,
    ...changes,
  };
}

const full = { hasRoom: false, inflightBytes: 100_000 };
const mebibyte = 1_048_576;

const anyPath = fc.record({
  srttNs: fc.oneof(fc.constant(0), fc.integer({ min: 1_000, max: 10 ** 9 })),
  cwndBytes: fc.integer({ min: 1_000, max: 10 ** 8 }),
  inflightBytes: fc.nat(10 ** 8),
  hasRoom: fc.boolean(),
});
const anyPaths = fc
  .array(anyPath, { minLength: 1, maxLength: 5 })
  .map((paths) => paths.map((one, index): PathView => ({ ...one, number: index + 1 })));

for (const kind of schedulerKinds) {
  const scheduler = schedulerOf(kind);

  test(`${kind}: a path alone gets everything`, (t) => {
    t.true(scheduler.takes(path(1, 10), [], 1));
    t.true(scheduler.takes(path(1, 0), [], mebibyte));
  });

  test(`${kind}: where a path has room, some path with room takes it: nothing waits for ever`, (t) => {
    fc.assert(
      fc.property(anyPaths, fc.integer({ min: 1, max: 10 ** 8 }), (paths, waitingBytes) => {
        const withRoom = paths.filter(({ hasRoom }) => hasRoom);
        const nearestFull = paths.some(({ hasRoom, srttNs }) => !hasRoom && srttNs > 0);
        const takers = withRoom.filter((one) =>
          scheduler.takes(
            one,
            paths.filter((other) => other !== one),
            waitingBytes,
          ),
        );
        // A far path may leave it to a near one that is full now and will not be after an ACK.
        if (withRoom.length > 0 && !nearestFull) t.true(takers.length > 0);
      }),
      propertyRuns(300),
    );
  });

  test(`${kind}: a large backlog is on every path, however far they are apart`, (t) => {
    const near = path(1, 10, full);
    const far = path(2, 100);
    t.true(scheduler.takes(far, [near], 16 * mebibyte));
  });

  test(`${kind}: of two paths with room the near one is not passed over`, (t) => {
    const near = path(1, 10);
    const far = path(2, 100);
    t.true(scheduler.takes(near, [far], 1_000));
  });
}

test('lowest-rtt and earliest-delivery leave what a near path has room for to it', (t) => {
  for (const kind of ['lowest-rtt', 'earliest-delivery'] as const) {
    t.false(schedulerOf(kind).takes(path(2, 100), [path(1, 10)], 1_000), kind);
  }
});

test('earliest-delivery keeps the end of a stream off a far path; lowest-rtt, its control, does not', (t) => {
  const near = path(1, 10, full);
  const far = path(2, 200);
  // 20 kB are over the near path in 2 ms; the far one needs 100.
  t.false(schedulerOf('earliest-delivery').takes(far, [near], 20_000));
  t.true(schedulerOf('lowest-rtt').takes(far, [near], 20_000));
});

test('earliest-delivery takes the far path as soon as the near one would need longer', (t) => {
  const near = path(1, 10, full);
  // 100 kB in 10 ms: 950 kB take the 95 ms by which the far path is behind.
  t.false(schedulerOf('earliest-delivery').takes(path(2, 200), [near], 940_000));
  t.true(schedulerOf('earliest-delivery').takes(path(2, 200), [near], 960_000));
});

test('only redundant sends copies', (t) => {
  const copying = schedulerKinds.filter((kind) => schedulerOf(kind).copies);
  t.deepEqual(copying, ['redundant']);
});
