import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { never, nsPerMs, serialisationNs } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { type Said, TestedStream } from './tcp-stream.conformance.ts';

const circle = 4_294_967_296;
const delayNs = 10 * nsPerMs;
const rateBps = 10_000_000;

const clean: DirectionSettings = {
  ...{ rateBps, delayNs, jitterNs: 0, duplicateRatio: 0, corruptRatio: 0 },
  loss: { model: 'none' },
  reorder: { ratio: 0, holdNs: 0 },
  queue: { limitFrames: never, limitBytes: never, discipline: { kind: 'drop-tail' } },
  ...{ trace: undefined, mtuBytes: 1_500, up: true },
};

function streamOver(settings: Partial<DirectionSettings>, parts = {}): TestedStream {
  const stream = new TestedStream({
    ...{ totalBytes: 40_000, initial: circle - 9_000, seed: 1 },
    ...parts,
    settings: { ...clean, ...settings },
  });
  stream.run();
  return stream;
}

/** What the follower says was delivered, in the words of the receiver. */
function deliveriesOf(said: readonly Said[]) {
  return said
    .filter(({ delivered }) => Number(delivered) > 0)
    .map(({ tNs, delivered }) => ({ tNs, bytes: Number(delivered) }));
}

const hostile = fc.record({
  initial: fc.oneof(fc.constantFrom(0, circle - 1, circle - 20_000), fc.nat(circle - 1)),
  seed: fc.nat(1_000),
  loss: fc.constantFrom(0, 0.02, 0.2),
  duplicateRatio: fc.constantFrom(0, 0.02, 0.2),
  corruptRatio: fc.constantFrom(0, 0.05),
  reorder: fc.constantFrom(0, 0.05, 0.3),
  jitterNs: fc.constantFrom(0, 5 * nsPerMs),
});

test('what TCP delivers, which packets left and which arrived: all as it happened', (t) => {
  fc.assert(
    fc.property(hostile, ({ initial, seed, loss, reorder, ...others }) => {
      const settings = {
        ...others,
        loss: { model: 'independent', ratio: loss },
        reorder: { ratio: reorder, holdNs: 15 * nsPerMs },
      } as const;
      const stream = streamOver(settings, { initial, seed });
      const received = stream.ofKind('packets.received');
      t.deepEqual(deliveriesOf(received), stream.delivered);
      t.deepEqual(
        stream.ofKind('packets.sent').map(({ n }) => n),
        stream.left,
      );
      t.deepEqual(
        received.map(({ n }) => n),
        stream.arrived,
      );
    }),
    propertyRuns(150),
  );
});

test('bytes that arrive are not yet bytes that are delivered: the difference is seen', (t) => {
  const stream = streamOver({ loss: { model: 'list', frames: [3] } });
  const received = stream.ofKind('packets.received');
  const held = received.filter(({ delivered }) => delivered === 0);
  t.true(held.length > 3, 'those behind the hole');
  const filling = received.find(({ bytes, delivered }) => Number(delivered) > Number(bytes));
  t.truthy(filling, 'one fills it and lets them go');
});

const segmentNs = serialisationNs(14 + 20 + 32 + 500, rateBps);
const answerNs = serialisationNs(14 + 20 + 32, rateBps);
const tripNs = 2 * delayNs + segmentNs + answerNs;

test('a round trip over an idle link is two delays and two frames, to the nanosecond', (t) => {
  const stream = streamOver({}, { totalBytes: 500 });
  t.deepEqual(
    stream.ofKind('packets.acknowledged').map(({ rttNs }) => rttNs),
    [tripNs],
  );
});

test('over a link that loses, no round trip is shorter than physics, nor has a time-out in it', (t) => {
  // At most a window of segments waits on the link before one.
  const longestNs = tripNs + 24 * segmentNs;
  for (let seed = 1; seed <= 20; seed++) {
    const stream = streamOver({ loss: { model: 'independent', ratio: 0.1 } }, { seed });
    const trips = stream.ofKind('packets.acknowledged').map(({ rttNs }) => Number(rttNs));
    t.true(trips.length > 5);
    t.true(Math.min(...trips) >= tripNs && Math.max(...trips) <= longestNs, `seed ${seed}`);
  }
});

test('where all is sent twice before an answer can come, nothing is timed too short', (t) => {
  const stream = streamOver({ delayNs: 150 * nsPerMs });
  t.true(stream.left.length > 100, 'of 80 segments: the time-out is shorter than the way');
  const trips = stream.ofKind('packets.acknowledged').map(({ rttNs }) => Number(rttNs));
  t.true(trips.every((rttNs) => rttNs >= 2 * 150 * nsPerMs));
});
