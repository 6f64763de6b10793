import test from 'ava';
import { nsPerMs, nsPerSecond, serialisationNs } from '../../src/base/time.ts';
import { framesInside } from './link.ts';
import { LinkRig } from './link-rig.ts';

const unlimited = Number.POSITIVE_INFINITY;
const dropTail = { kind: 'drop-tail' } as const;
const frames = (limitFrames: number) => ({
  limitFrames,
  limitBytes: unlimited,
  discipline: dropTail,
});

for (const [rateBps, bytes, delayNs] of [
  [50e6, 1_514, 10e6],
  [30e6, 1_514, 0],
  [1e9, 64, 1],
  [56e3, 1_514, 250e6],
  [33_333_333, 999, 12_345_678],
] as const) {
  test(`${bytes} bytes at ${rateBps} bit/s arrive after serialisation and ${delayNs} ns`, (t) => {
    const rig = new LinkRig({ rateBps, delayNs });
    rig.offer(1_000, bytes);
    rig.drain();
    t.deepEqual(rig.arrivedAtNs, [1_000 + serialisationNs(bytes, rateBps) + delayNs]);
  });
}

test('an unlimited link passes a burst at once, in order', (t) => {
  const rig = new LinkRig({ delayNs: 7 });
  for (let n = 0; n < 50; n++) rig.offer(100);
  rig.drain();
  t.deepEqual(rig.arrivedAtNs, new Array(50).fill(107));
  t.deepEqual(
    rig.arrived,
    Array.from({ length: 50 }, (_, at) => at + 1),
  );
});

test('nothing is delivered inside an offer, a link without rate and delay included', (t) => {
  const rig = new LinkRig({ delayNs: 0 });
  rig.offer(5);
  t.is(rig.arrivals.length, 0);
  t.is(rig.link.deadlineNs, 5);
  rig.passTime(5);
  t.deepEqual(rig.arrivedAtNs, [5]);
});

test('a busy line keeps its rate to the frame, where each serialisation is a fraction of a nanosecond', (t) => {
  const rateBps = 9_999_999_967;
  const rig = new LinkRig({ rateBps, delayNs: 0 });
  const count = 100_000;
  for (let n = 0; n < count; n++) rig.offer(0, 1_000);
  rig.drain();
  const seconds = rig.arrivals.at(-1)!.atNs / nsPerSecond;
  const sentBits = seconds * rateBps;
  t.true(sentBits >= count * 8_000, 'never faster than asked');
  t.true(sentBits < (count + 1) * 8_000);
});

test('under overload the rate is delivered to within one frame and the rest is dropped', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, queue: frames(20), delayNs: 5 * nsPerMs });
  const spacingNs = 500_000;
  const lastsNs = 2 * nsPerSecond;
  for (let atNs = 0; atNs < lastsNs; atNs += spacingNs) rig.offer(atNs);
  rig.passTime(lastsNs + 5 * nsPerMs);
  const expected = (10e6 * 2) / (1_250 * 8);
  t.true(Math.abs(rig.arrivals.length - expected) <= 1);
  rig.drain();
  t.is(rig.arrivals.length + rig.drops.length, 4_000);
  t.true(rig.drops.every(({ reason }) => reason === 'overflowed'));
});

test('a full queue makes a frame wait its limit: 20 frames of 1 ms', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, queue: frames(20), delayNs: 0 });
  const offeredAtNs = new Map<number, number>();
  for (let atNs = 0; atNs < nsPerSecond; atNs += 500_000) offeredAtNs.set(rig.offer(atNs), atNs);
  rig.drain();
  const delays = rig.arrivals.map(({ n, atNs }) => atNs - offeredAtNs.get(n)!);
  const settled = delays.slice(delays.length / 2);
  t.true(Math.max(...settled) <= 21 * nsPerMs);
  t.true(Math.min(...settled) > 19 * nsPerMs);
  t.is(rig.link.counters.highestQueueFrames, 20);
  t.is(rig.link.counters.highestQueueBytes, 25_000);
});

test('the frame on the transmitter does not count as waiting', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, queue: frames(2) });
  for (let n = 0; n < 4; n++) rig.offer(0);
  t.deepEqual(rig.droppedFor('overflowed'), [4]);
  t.is(framesInside(rig.link), 3);
});

test('a limit in bytes lets in what fits and drops the frame that does not', (t) => {
  const queue = { limitFrames: unlimited, limitBytes: 3_000, discipline: dropTail };
  const rig = new LinkRig({ rateBps: 10e6, queue });
  const sizes = [1_500, 1_500, 1_000, 1_500, 500, 60];
  for (const bytes of sizes) rig.offer(0, bytes);
  t.deepEqual(rig.droppedFor('overflowed'), [4, 6]);
  t.is(rig.link.counters.highestQueueBytes, 3_000);
});

test('a frame is dropped if its IP packet is larger than the MTU, and passes if it is as large', (t) => {
  const rig = new LinkRig({ mtuBytes: 1_400 });
  rig.offer(0, 1_414);
  rig.offer(0, 1_415);
  rig.drain();
  t.deepEqual(rig.arrived, [1]);
  t.deepEqual(rig.droppedFor('oversized'), [2]);
});

test('a frame offered when the transmitter ends its last one finds the place free', (t) => {
  for (const advanceFirst of [true, false]) {
    const rig = new LinkRig({ rateBps: 10e6, queue: frames(1), delayNs: 0 });
    rig.offer(0);
    rig.offer(0);
    if (advanceFirst) rig.passTime(nsPerMs);
    rig.offer(nsPerMs);
    rig.drain();
    t.deepEqual(rig.arrivedAtNs, [nsPerMs, 2 * nsPerMs, 3 * nsPerMs]);
  }
});

test('an undisturbed frame costs one wake-up, a queued one no more', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 20 * nsPerMs });
  for (let n = 0; n < 1_000; n++) rig.offer(n * 2 * nsPerMs);
  rig.drain();
  t.is(rig.wakeUps, 1_000);
  const burst = new LinkRig({ rateBps: 10e6, delayNs: 20 * nsPerMs });
  for (let n = 0; n < 1_000; n++) burst.offer(0);
  burst.drain();
  t.is(burst.wakeUps, 1_000);
});

test('with loss, jitter and CoDel a frame costs two wake-ups at most', (t) => {
  const discipline = { kind: 'codel', targetNs: 5 * nsPerMs, intervalNs: 100 * nsPerMs } as const;
  const rig = new LinkRig({
    rateBps: 10e6,
    jitterNs: 3 * nsPerMs,
    loss: { model: 'independent', ratio: 0.1 },
    queue: { limitFrames: 100, limitBytes: unlimited, discipline },
  });
  for (let n = 0; n < 2_000; n++) rig.offer(n * 700_000);
  rig.drain();
  t.true(rig.wakeUps <= 4_000);
});

test('a loss is told when the frame leaves, not when it would have arrived', (t) => {
  const loss = { model: 'independent', ratio: 1 } as const;
  const rig = new LinkRig({ rateBps: 10e6, loss });
  rig.offer(0);
  rig.drain();
  t.deepEqual(rig.drops, [{ n: 1, atNs: nsPerMs, reason: 'lost' }]);
});

test('a link that is down takes nothing', (t) => {
  const rig = new LinkRig({ up: false });
  rig.offer(0);
  rig.drain();
  t.deepEqual(rig.drops, [{ n: 1, atNs: 0, reason: 'down' }]);
});

test('an idle link never asks to be woken', (t) => {
  const rig = new LinkRig({ rateBps: 10e6 });
  t.is(rig.link.deadlineNs, unlimited);
  rig.offer(0);
  rig.drain();
  t.is(rig.link.deadlineNs, unlimited);
});
