import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { nsPerMs } from '../../src/base/time.ts';
import type { TraceSettings, TraceStep } from '../schema/link-settings.ts';
import { LinkRig } from './link-rig.ts';

const unlimited = Number.POSITIVE_INFINITY;

/** A trace by its times in ms; frames take no time beside it. */
function mahimahi(timesMs: readonly number[], loop = true, offsetMs = 0): LinkRig {
  const trace: TraceSettings = {
    kind: 'mahimahi',
    opportunitiesNs: timesMs.map((ms) => ms * nsPerMs),
    loop,
    offsetNs: offsetMs * nsPerMs,
  };
  return new LinkRig({ delayNs: 0, trace });
}

const inMs = (rig: LinkRig) => rig.drain().arrivedAtNs.map((ns) => ns / nsPerMs);

test('each opportunity lets 1 500 bytes of IP out: full frames leave at exactly these times', (t) => {
  const rig = mahimahi([3, 4, 4, 9]);
  for (let n = 0; n < 9; n++) rig.offer(0, 1_514);
  t.deepEqual(inMs(rig), [3, 4, 4, 9, 12, 13, 13, 18, 21]);
});

test('small packets share an opportunity, and one that does not fit is finished by the next', (t) => {
  const rig = mahimahi([10, 20, 30, 40]);
  for (const ipBytes of [700, 700, 700, 1_500, 100]) rig.offer(0, ipBytes + 14);
  t.deepEqual(inMs(rig), [10, 10, 20, 30, 30]);
});

test('what an opportunity has left is gone when the queue is empty', (t) => {
  const rig = mahimahi([10, 20]);
  rig.offer(0, 100);
  rig.offer(11 * nsPerMs, 1_514);
  t.deepEqual(inMs(rig), [10, 20]);
});

test('who comes at the time of an opportunity waits for the next', (t) => {
  for (const advanceFirst of [true, false]) {
    const rig = mahimahi([10, 25]);
    rig.offer(0, 100);
    if (advanceFirst) rig.passTime(10 * nsPerMs);
    rig.offer(10 * nsPerMs, 100);
    t.deepEqual(inMs(rig), [10, 25]);
  }
});

test('after the end of a trace that does not loop nothing leaves', (t) => {
  const rig = mahimahi([10, 20], false);
  for (let n = 0; n < 4; n++) rig.offer(0, 1_514);
  t.deepEqual(inMs(rig), [10, 20]);
  t.is(rig.link.deadlineNs, unlimited);
});

test('an offset begins within the trace', (t) => {
  const rig = mahimahi([10, 20, 35], true, 12);
  for (let n = 0; n < 4; n++) rig.offer(0, 1_514);
  t.deepEqual(inMs(rig), [8, 23, 33, 43]);
});

/** The loop of mahimahi's link, over whole opportunities in their order. */
function replay(timesMs: readonly number[], offers: readonly { atMs: number; ipBytes: number }[]) {
  const departures: number[] = [];
  const waiting = offers.map(({ atMs, ipBytes }) => ({ atMs, left: ipBytes }));
  for (let at = 0; waiting.length > 0; at++) {
    const cycle = Math.floor(at / timesMs.length);
    const nowMs = cycle * timesMs.at(-1)! + timesMs[at % timesMs.length]!;
    let bytes = 1_500;
    while (bytes > 0 && waiting.length > 0 && waiting[0]!.atMs < nowMs) {
      const used = Math.min(bytes, waiting[0]!.left);
      bytes -= used;
      waiting[0]!.left -= used;
      if (waiting[0]!.left === 0) {
        departures.push(nowMs);
        waiting.shift();
      }
    }
  }
  return departures;
}

test('any trace and any packets leave as a straight reading of mahimahi says', (t) => {
  const gaps = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
  const packet = fc.record({
    gapMs: fc.integer({ min: 0, max: 12 }),
    ipBytes: fc.integer({ min: 20, max: 1_500 }),
  });
  fc.assert(
    fc.property(gaps, fc.array(packet, { maxLength: 30 }), (gapsMs, packets) => {
      const timesMs = gapsMs.map((_, at) =>
        gapsMs.slice(0, at + 1).reduce((sum, gap) => sum + gap),
      );
      timesMs.push(timesMs.at(-1)! + 1);
      const offers = packets.map(({ ipBytes }, at) => {
        const soFar = packets.slice(0, at + 1);
        return { atMs: soFar.reduce((sum, { gapMs }) => sum + gapMs, 0), ipBytes };
      });
      const rig = mahimahi(timesMs);
      for (const offer of offers) rig.offer(offer.atMs * nsPerMs, offer.ipBytes + 14);
      t.deepEqual(inMs(rig), replay(timesMs, offers));
    }),
    propertyRuns(500),
  );
});

/** `[from ms, rate, delay ms, loss]`. */
type Row = readonly [number, number | undefined, number | undefined, number | undefined];

function stepped(rows: readonly Row[], periodMs: number, loop = true, offsetMs = 0) {
  const steps: TraceStep[] = rows.map(([fromMs, rateBps, delayMs, lossRatio]) => ({
    timeNs: fromMs * nsPerMs,
    rateBps,
    delayNs: delayMs === undefined ? undefined : delayMs * nsPerMs,
    lossRatio,
  }));
  const [periodNs, offsetNs] = [periodMs * nsPerMs, offsetMs * nsPerMs];
  return { kind: 'steps', steps, periodNs, loop, offsetNs } as const;
}

test('from each step on its rate holds, also for the frame that is being sent', (t) => {
  const trace = stepped(
    [
      [0, 10e6, 0, 0],
      [10, 1e6, 0, 0],
      [20, 20e6, 0, 0],
    ],
    30,
  );
  const rig = new LinkRig({ trace });
  rig.offer(0);
  rig.offer(9.5 * nsPerMs);
  rig.offer(19 * nsPerMs);
  rig.offer(29.75 * nsPerMs);
  t.deepEqual(inMs(rig), [1, 15, 20.45, 30.5]);
});

test('a step without rate holds the frame until there is one', (t) => {
  const rig = new LinkRig({
    trace: stepped(
      [
        [0, 0, 5, 0],
        [100, 10e6, 5, 0],
      ],
      200,
    ),
  });
  rig.offer(0);
  rig.offer(150 * nsPerMs);
  rig.offer(199.5 * nsPerMs);
  t.deepEqual(inMs(rig), [106, 156, 305.5]);
});

test('a trace whose steps all have no rate lets nothing leave and ends', (t) => {
  const rig = new LinkRig({ trace: stepped([[0, 0, 0, 0]], 10) });
  rig.offer(0);
  t.deepEqual(inMs(rig), []);
});

test('delay follows the steps, and the last one stays where the trace does not loop', (t) => {
  const rows: Row[] = [
    [0, 1e9, 10, 0],
    [50, 1e9, 30, 0],
  ];
  const offersMs = [0, 49, 51, 170];
  const arrivals = (loop: boolean, offsetMs = 0) => {
    const rig = new LinkRig({ rateBps: 1e9, trace: stepped(rows, 100, loop, offsetMs) });
    for (const ms of offersMs) rig.offer(ms * nsPerMs, 125);
    return inMs(rig).map((ms) => ms - 0.001);
  };
  t.deepEqual(arrivals(true), [10, 59, 81, 200]);
  t.deepEqual(arrivals(false), [10, 59, 81, 200]);
  t.deepEqual(arrivals(true, 40), [10, 79, 81, 180]);
});

test('what a step leaves out is the link’s own', (t) => {
  const trace = stepped(
    [
      [0, undefined, undefined, undefined],
      [50, 20e6, undefined, undefined],
    ],
    100,
  );
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 3 * nsPerMs, trace });
  rig.offer(0);
  rig.offer(60 * nsPerMs);
  t.deepEqual(inMs(rig), [4, 63.5]);
});

test('a step’s loss comes beside the link’s own', (t) => {
  const trace = stepped(
    [
      [0, undefined, 0, 0],
      [50, undefined, 0, 1],
    ],
    100,
  );
  const rig = new LinkRig({ trace, loss: { model: 'list', frames: [2] } });
  for (const ms of [1, 2, 51, 99, 101]) rig.offer(ms * nsPerMs);
  rig.drain();
  t.deepEqual(rig.arrived, [1, 5]);
  t.deepEqual(rig.droppedFor('lost'), [2, 3, 4]);
});

test('a trace set under way takes over where the old rate stopped, and gives it back', (t) => {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 0 });
  rig.offer(0);
  rig.offer(0);
  rig.change(0.5 * nsPerMs, { trace: stepped([[0, 1e6, 0, 0]], 1_000) });
  rig.change(2.5 * nsPerMs, { trace: undefined });
  t.deepEqual(inMs(rig), [2.8, 3.8]);
});
