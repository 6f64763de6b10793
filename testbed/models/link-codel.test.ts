import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import type { QueueSettings } from '../schema/link-settings.ts';
import { LinkRig } from './link-rig.ts';

const targetNs = 5 * nsPerMs;
const intervalNs = 100 * nsPerMs;
const frameBytes = 1_250;
const largestFrameBytes = 1_514;

const codel: QueueSettings = {
  limitFrames: 1_000,
  limitBytes: Number.POSITIVE_INFINITY,
  discipline: { kind: 'codel', targetNs, intervalNs },
};
const dropTail: QueueSettings = { ...codel, discipline: { kind: 'drop-tail' } };

interface Waiting {
  n: number;
  sinceNs: number;
}

/** RFC 8289 5.5 and 5.6 line by line, its names kept: the model's code has another shape. */
class ReferenceCodel {
  readonly queue: Waiting[] = [];
  readonly dropped: { n: number; atNs: number }[] = [];
  firstAboveTime = 0;
  dropNext = 0;
  count = 0;
  lastCount = 0;
  dropping = false;

  dodequeue(now: number): { p: Waiting | undefined; okToDrop: boolean } {
    const p = this.queue.shift();
    if (p === undefined) {
      this.firstAboveTime = 0;
      return { p, okToDrop: false };
    }
    const sojournTime = now - p.sinceNs;
    if (sojournTime < targetNs || this.queue.length * frameBytes <= largestFrameBytes) {
      this.firstAboveTime = 0;
    } else if (this.firstAboveTime === 0) {
      this.firstAboveTime = now + intervalNs;
    } else if (now >= this.firstAboveTime) {
      return { p, okToDrop: true };
    }
    return { p, okToDrop: false };
  }

  controlLaw(time: number): number {
    return time + intervalNs / Math.sqrt(this.count);
  }

  drop(p: Waiting | undefined, now: number): void {
    if (p !== undefined) this.dropped.push({ n: p.n, atNs: now });
  }

  dequeue(now: number): Waiting | undefined {
    let r = this.dodequeue(now);
    if (this.dropping) {
      if (!r.okToDrop) this.dropping = false;
      while (now >= this.dropNext && this.dropping) {
        this.drop(r.p, now);
        r = this.dodequeue(now);
        if (!r.okToDrop) {
          this.dropping = false;
        } else {
          this.count++;
          this.dropNext = this.controlLaw(this.dropNext);
        }
      }
    } else if (r.okToDrop) {
      this.drop(r.p, now);
      r = this.dodequeue(now);
      this.dropping = true;
      const delta = this.count - this.lastCount;
      this.count = 1;
      if (delta > 1 && now - this.dropNext < 16 * intervalNs) this.count = delta;
      this.dropNext = this.controlLaw(now);
      this.lastCount = this.count;
    }
    return r.p;
  }
}

/** A server of the given rate in front of the reference: which frames it drops, and when. */
function referenceDrops(offersNs: readonly number[], frameNs: number) {
  const reference = new ReferenceCodel();
  let freeAtNs = 0;
  let busy = false;
  const serve = (untilNs: number) => {
    while (busy && freeAtNs <= untilNs) {
      if (reference.dequeue(freeAtNs) === undefined) busy = false;
      else freeAtNs += frameNs;
    }
  };
  for (const [at, atNs] of offersNs.entries()) {
    serve(atNs);
    if (busy) reference.queue.push({ n: at + 1, sinceNs: atNs });
    else {
      busy = true;
      freeAtNs = atNs + frameNs;
    }
  }
  serve(Number.POSITIVE_INFINITY);
  return reference.dropped;
}

function carry(offersNs: readonly number[], rateBps: number, queue: QueueSettings): LinkRig {
  const rig = new LinkRig({ rateBps, delayNs: 0, queue });
  for (const atNs of offersNs) rig.offer(atNs, frameBytes);
  return rig.drain();
}

/** Bursts and pauses: `[from, until, spacing]` in ms. */
function offersOf(phases: readonly (readonly [number, number, number])[]): number[] {
  return phases.flatMap(([fromMs, untilMs, spacingMs]) =>
    Array.from({ length: (untilMs - fromMs) / spacingMs }, (_, at) =>
      Math.round((fromMs + at * spacingMs) * nsPerMs),
    ),
  );
}

const patterns: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  'a steady overload of a quarter': [[0, 20_000, 0.8]],
  'a steady overload of two': [[0, 10_000, 0.5]],
  'a burst, a pause, and a burst again while the last rate is remembered': [
    [0, 1_500, 0.7],
    [2_200, 4_000, 0.7],
    [4_100, 4_300, 2],
    [4_300, 7_000, 0.9],
  ],
  'bursts so far apart that the last rate is forgotten': [
    [0, 1_500, 0.7],
    [9_000, 10_500, 0.7],
  ],
};

test('CoDel agrees with the text of RFC 8289 under any load', (t) => {
  const phase = fc.tuple(
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom(0.4, 0.7, 0.9, 0.97, 1.1, 2),
  );
  fc.assert(
    fc.property(fc.array(phase, { minLength: 3, maxLength: 12 }), (parts) => {
      let fromMs = 0;
      const offersNs = parts.flatMap(([tenths, spacingMs]) => {
        const part = offersOf([[fromMs, fromMs + tenths * 100, spacingMs]]);
        fromMs += tenths * 100;
        return part;
      });
      const rig = carry(offersNs, 10e6, { ...codel, limitFrames: Number.POSITIVE_INFINITY });
      const drops = rig.drops.map(({ n, atNs }) => ({ n, atNs }));
      t.deepEqual(drops, referenceDrops(offersNs, nsPerMs));
    }),
    propertyRuns(60),
  );
});

for (const [name, phases] of Object.entries(patterns)) {
  test(`CoDel drops the frames that RFC 8289's text drops, at the same times: ${name}`, (t) => {
    const offersNs = offersOf(phases);
    const rig = carry(offersNs, 10e6, { ...codel, limitFrames: Number.POSITIVE_INFINITY });
    const expected = referenceDrops(offersNs, nsPerMs);
    t.true(expected.length > 5);
    t.deepEqual(
      rig.drops.map(({ n, atNs }) => ({ n, atNs })),
      expected,
    );
    t.is(rig.link.counters.codelFrames, expected.length);
  });
}

test('CoDel drops nothing of a burst that is gone within an interval', (t) => {
  const rig = carry(new Array(90).fill(0), 10e6, codel);
  t.is(rig.drops.length, 0);
  t.is(rig.link.counters.highestQueueFrames, 89);
});

/** How long the frames that left after `fromNs` had been inside, shortest first. */
function delaysNs(rig: LinkRig, offersNs: readonly number[], fromNs: number): number[] {
  return rig.arrivals
    .filter(({ atNs }) => atNs >= fromNs)
    .map(({ n, atNs }) => atNs - offersNs[n - 1]!)
    .sort((a, b) => a - b);
}

/**
 * A standing queue is what is there even at the best moment of an interval (RFC 8289 3.1). A sender
 * that never slows down makes CoDel swing, so the best moment is all that it promises here.
 */
test('twice the rate: CoDel brings the queue back to its target, drop-tail keeps it full', (t) => {
  const frameNs = 2_500_000;
  const rateBps = (frameBytes * 8 * nsPerSecond) / frameNs;
  const offersNs = offersOf([[0, 60_000, 1.25]]);
  const limited = { ...codel, limitFrames: 400 };
  const controlled = carry(offersNs, rateBps, limited);
  for (let fromNs = 12e9; fromNs < 48e9; fromNs += 12e9) {
    const cycle = controlled.arrivals.filter(({ atNs }) => atNs >= fromNs && atNs < fromNs + 12e9);
    const shortestNs = Math.min(...cycle.map(({ n, atNs }) => atNs - offersNs[n - 1]!));
    t.true(shortestNs <= targetNs + frameNs, `${shortestNs}`);
  }
  const filled = carry(offersNs, rateBps, { ...dropTail, limitFrames: 400 });
  t.true(delaysNs(filled, offersNs, 12e9)[0]! >= 399 * frameNs);
});

/** Adds a frame to its window each round trip and halves it at a drop, once a window (RFC 5681 3.1). */
function carryAdaptively(queue: QueueSettings): { rig: LinkRig; offersNs: number[] } {
  const rig = new LinkRig({ rateBps: 10e6, delayNs: 10 * nsPerMs, queue });
  const offersNs: number[] = [];
  let [window, inFlight, arrivals, drops, cutAt] = [10, 0, 0, 0, 0];
  for (let nowNs = 0; nowNs < 30 * nsPerSecond; ) {
    for (; inFlight < Math.floor(window); inFlight++) offersNs[rig.offer(nowNs) - 1] = nowNs;
    nowNs = Math.max(nowNs + 1, rig.link.deadlineNs);
    rig.passTime(nowNs);
    for (; arrivals < rig.arrivals.length; arrivals++, inFlight--) window += 1 / window;
    for (; drops < rig.drops.length; drops++, inFlight--) {
      if (rig.drops[drops]!.n <= cutAt) continue;
      window = Math.max(2, window / 2);
      cutAt = offersNs.length;
    }
  }
  return { rig, offersNs };
}

test('a sender that slows down at drops waits near the target under CoDel, and long under drop-tail', (t) => {
  const unloadedNs = 11 * nsPerMs;
  const medianWaitNs = (queue: QueueSettings) => {
    const { rig, offersNs } = carryAdaptively(queue);
    t.true(rig.arrivals.length >= 0.95 * 30_000, 'the line stays busy');
    const sorted = delaysNs(rig, offersNs, 5e9);
    return sorted[sorted.length >>> 1]! - unloadedNs;
  };
  const limited = { ...codel, limitFrames: 200 };
  t.true(medianWaitNs(limited) <= 2 * targetNs);
  t.true(medianWaitNs({ ...limited, discipline: { kind: 'drop-tail' } }) >= 100 * nsPerMs);
});
