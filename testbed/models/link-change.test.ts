import test from 'ava';
import { releaseFrame, takeFrame } from '../../src/base/frame.ts';
import { nsPerMs } from '../../src/base/time.ts';
import { advanceLink, changeLink, framesInside, offerFrame } from './link.ts';
import { LinkRig } from './link-rig.ts';

const unlimited = Number.POSITIVE_INFINITY;
const lossOf = (ratio: number) => ({ model: 'independent', ratio }) as const;
const limitedTo = (limitFrames: number) => ({
  limitFrames,
  limitBytes: unlimited,
  discipline: { kind: 'drop-tail' } as const,
});

test('what is on the wire keeps its arrival when the delay changes', (t) => {
  const rig = new LinkRig();
  rig.offer(0);
  rig.change(nsPerMs, { delayNs: 50 * nsPerMs });
  rig.offer(nsPerMs);
  rig.drain();
  t.deepEqual(rig.arrivedAtNs, [10 * nsPerMs, 51 * nsPerMs]);
});

test('a shorter delay lets no frame overtake: it arrives right behind', (t) => {
  const rig = new LinkRig({ delayNs: 100 * nsPerMs });
  rig.offer(0);
  rig.change(nsPerMs, { delayNs: nsPerMs });
  rig.offer(nsPerMs);
  rig.offer(200 * nsPerMs);
  rig.drain();
  t.deepEqual(rig.arrived, [1, 2, 3]);
  t.deepEqual(rig.arrivedAtNs, [100 * nsPerMs, 100 * nsPerMs, 201 * nsPerMs]);
});

test('the frame on the transmitter sends its remaining bits at the new rate', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 0 });
  rig.offer(0);
  rig.change(250_000, { rateBps: 1e6 });
  rig.drain();
  t.deepEqual(rig.arrivedAtNs, [250_000 + 7_500_000]);
});

test('a rate of nothing stops the frame where it is, and a rate that comes back takes it on', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 0 });
  rig.offer(0);
  rig.change(400_000, { rateBps: 0 });
  t.is(rig.link.deadlineNs, unlimited);
  rig.change(5 * nsPerMs, { rateBps: 10e6 });
  rig.drain();
  t.deepEqual(rig.arrivedAtNs, [5_600_000]);
});

test('a line that becomes unlimited empties its queue at once', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 0 });
  for (let n = 0; n < 5; n++) rig.offer(0);
  rig.change(500_000, { rateBps: unlimited });
  rig.drain();
  t.deepEqual(rig.arrivedAtNs, new Array(5).fill(500_000));
});

test('the delay that counts is the one of the moment at which the last bit leaves', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 10 * nsPerMs });
  rig.offer(0);
  rig.offer(0);
  rig.change(500_000, { delayNs: 20 * nsPerMs });
  rig.drain();
  t.deepEqual(rig.arrivedAtNs, [21 * nsPerMs, 22 * nsPerMs]);
});

test('100 % loss set now loses what leaves from now on, not what is propagating', (t) => {
  const rig = new LinkRig({ rateBps: 10e6 });
  for (let n = 0; n < 4; n++) rig.offer(0);
  rig.change(2 * nsPerMs, { loss: lossOf(1) });
  rig.change(3 * nsPerMs, { loss: { model: 'none' } });
  rig.drain();
  t.deepEqual(rig.arrived, [1, 2, 4]);
  t.deepEqual(rig.drops, [{ n: 3, atNs: 3 * nsPerMs, reason: 'lost' }]);
});

test('a smaller queue drops from the tail', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, queue: limitedTo(10) });
  for (let n = 0; n < 7; n++) rig.offer(0);
  rig.change(1_000, { queue: limitedTo(3) });
  t.deepEqual(rig.droppedFor('overflowed'), [7, 6, 5]);
  rig.drain();
  t.deepEqual(rig.arrived, [1, 2, 3, 4]);
});

test('a link that goes down loses what waits, what is being sent and what propagates', (t) => {
  const rig = new LinkRig({ rateBps: 10e6 });
  for (let n = 0; n < 6; n++) rig.offer(0);
  rig.change(2_500_000, { up: false });
  t.deepEqual(
    rig.droppedFor('down').toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5, 6],
  );
  t.is(framesInside(rig.link), 0);
  t.is(rig.link.deadlineNs, unlimited);
  rig.offer(3 * nsPerMs);
  rig.change(4 * nsPerMs, { up: true });
  rig.offer(4 * nsPerMs);
  rig.drain();
  t.deepEqual(rig.arrived, [8]);
  t.deepEqual(rig.arrivedAtNs, [15 * nsPerMs]);
  t.is(rig.link.counters.downFrames, 7);
});

test('what was lost with a long delay does not hold back what comes after the link is up again', (t) => {
  const rig = new LinkRig({ delayNs: 1_000 * nsPerMs });
  rig.offer(0);
  rig.change(1, { up: false });
  rig.change(2, { up: true, delayNs: nsPerMs });
  rig.offer(2);
  rig.drain();
  t.deepEqual(rig.arrivedAtNs, [nsPerMs + 2]);
});

test('a smaller MTU drops frames offered from now on and lets waiting ones leave', (t) => {
  const rig = new LinkRig({ rateBps: 10e6 });
  rig.offer(0, 1_500);
  rig.offer(0, 1_500);
  rig.change(1, { mtuBytes: 1_280 });
  rig.offer(1, 1_500);
  rig.drain();
  t.deepEqual(rig.arrived, [1, 2]);
  t.deepEqual(rig.droppedFor('oversized'), [3]);
});

test('a change that is taken back leaves the settings as they were', (t) => {
  const rig = new LinkRig({ rateBps: 10e6 });
  const before = rig.link.settings;
  rig.change(1, { loss: lossOf(0.5), delayNs: 3 });
  rig.change(2, { loss: before.loss, delayNs: before.delayNs });
  t.deepEqual(rig.link.settings, before);
});

test('frames held back arrive by their own times, also where the hold was shortened', (t) => {
  const rig = new LinkRig({ reorder: { ratio: 1, holdNs: 50 * nsPerMs } });
  rig.offer(0);
  rig.offer(nsPerMs);
  rig.change(2 * nsPerMs, { reorder: { ratio: 1, holdNs: 5 * nsPerMs } });
  rig.offer(2 * nsPerMs);
  rig.change(3 * nsPerMs, { reorder: { ratio: 0, holdNs: 0 } });
  rig.offer(50 * nsPerMs);
  rig.drain();
  t.deepEqual(rig.arrived, [3, 1, 4, 2]);
  t.deepEqual(
    rig.arrivedAtNs.map((ns) => ns / nsPerMs),
    [17, 60, 60, 61],
  );
});

test("Gilbert-Elliott's state stands still while another loss model is in force", (t) => {
  const loss = {
    model: 'gilbert-elliott',
    goodToBadRatio: 1,
    badToGoodRatio: 0,
    lossInGoodRatio: 0,
    lossInBadRatio: 1,
  } as const;
  const rig = new LinkRig({ loss });
  rig.offer(0);
  rig.change(1, { loss: { model: 'none' } });
  rig.offer(1);
  rig.change(2, { loss });
  rig.offer(2);
  rig.drain();
  t.deepEqual(rig.arrived, [1, 2]);
  t.deepEqual(rig.droppedFor('lost'), [3]);
});

test('a sink may take the link down while a frame is delivered to it', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 0 });
  for (let n = 0; n < 3; n++) rig.offer(0);
  const down: number[] = [];
  const sink = {
    deliver: (frame: Parameters<typeof releaseFrame>[1]) => {
      releaseFrame(rig.pool, frame);
      changeLink(rig.link, nsPerMs, { up: false }, sink);
    },
    dropped: () => {
      down.push(1);
      offerFrame(rig.link, nsPerMs, takeFrame(rig.pool, 100), { ...sink, dropped: () => {} });
    },
  };
  advanceLink(rig.link, nsPerMs, sink);
  const { counters } = rig.link;
  t.is(counters.deliveredFrames, 1);
  t.is(counters.offeredFrames, 3 + down.length);
  t.is(counters.offeredFrames, counters.deliveredFrames + counters.downFrames);
  t.is(rig.link.deadlineNs, unlimited);
});
