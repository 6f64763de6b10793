import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { nsPerMs } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { framesInside, type LinkDirection } from './link.ts';
import { LinkRig } from './link-rig.ts';

const ratio = fc.constantFrom(0, 0, 0.01, 0.3, 1);
const timeNs = fc.constantFrom(0, 1, 1_000, nsPerMs, 7 * nsPerMs);
const rateBps = fc.constantFrom(0, 1e5, 1e6, 33_333_333, 1e9, Number.POSITIVE_INFINITY);

const loss = fc.oneof(
  fc.constant({ model: 'none' } as const),
  fc.record({ model: fc.constant('independent' as const), ratio }),
  fc.record({
    model: fc.constant('gilbert-elliott' as const),
    goodToBadRatio: ratio,
    badToGoodRatio: ratio,
    lossInGoodRatio: ratio,
    lossInBadRatio: ratio,
  }),
  fc.record({
    model: fc.constant('list' as const),
    frames: fc.array(fc.integer({ min: 1, max: 40 })),
  }),
);

const limit = fc.constantFrom(0, 1, 5, 3_000, Number.POSITIVE_INFINITY);
const queue = fc.record({
  limitFrames: limit,
  limitBytes: limit,
  discipline: fc.oneof(
    fc.constant({ kind: 'drop-tail' } as const),
    fc.record({ kind: fc.constant('codel' as const), targetNs: timeNs, intervalNs: timeNs }),
  ),
});

const gapsNs = fc.array(fc.constantFrom(100_000, 333_333, nsPerMs, 5 * nsPerMs), {
  minLength: 1,
  maxLength: 6,
});
const risingNs = gapsNs.map((gaps) =>
  gaps.map((_, at) => gaps.slice(0, at + 1).reduce((sum, gap) => sum + gap)),
);
const trace = fc.oneof(
  fc.constant(undefined),
  fc.record({
    kind: fc.constant('mahimahi' as const),
    opportunitiesNs: risingNs,
    loop: fc.boolean(),
    offsetNs: timeNs,
  }),
  fc
    .tuple(
      risingNs,
      fc.boolean(),
      timeNs,
      fc.array(fc.tuple(rateBps, timeNs, ratio), { minLength: 6, maxLength: 6 }),
    )
    .map(([ends, loop, offsetNs, values]) => ({
      kind: 'steps' as const,
      steps: ends.map((_, at) => ({
        timeNs: at === 0 ? 0 : ends[at - 1]!,
        rateBps: values[at]![0],
        delayNs: values[at]![1],
        lossRatio: values[at]![2],
      })),
      periodNs: ends.at(-1)!,
      loop,
      offsetNs,
    })),
);

const settings: fc.Arbitrary<DirectionSettings> = fc.record({
  rateBps,
  delayNs: timeNs,
  jitterNs: timeNs,
  loss,
  duplicateRatio: ratio,
  corruptRatio: ratio,
  reorder: fc.record({ ratio, holdNs: timeNs }),
  queue,
  trace,
  mtuBytes: fc.constantFrom(500, 1_500),
  up: fc.boolean(),
});

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('offer' as const),
      bytes: fc.integer({ min: 14, max: 1_514 }),
    }),
  },
  { weight: 1, arbitrary: settings.map((all) => ({ kind: 'change' as const, all })) },
  { weight: 2, arbitrary: timeNs.map((ns) => ({ kind: 'pass' as const, ns })) },
);
const steps = fc.array(
  fc.tuple(
    timeNs,
    action,
    fc.subarray(
      Object.keys({
        rateBps: 0,
        delayNs: 0,
        jitterNs: 0,
        loss: 0,
        duplicateRatio: 0,
        corruptRatio: 0,
        reorder: 0,
        queue: 0,
        trace: 0,
        mtuBytes: 0,
        up: 0,
      }),
    ),
  ),
  { minLength: 20, maxLength: 80 },
);

function unaccounted(link: LinkDirection): number {
  const { counters: c } = link;
  const dropped =
    c.lostFrames + c.overflowedFrames + c.codelFrames + c.oversizedFrames + c.downFrames;
  return c.offeredFrames + c.duplicatedFrames - c.deliveredFrames - dropped - framesInside(link);
}

test('no frame appears or vanishes, whatever the settings and whatever changes under way', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(settings, steps, (first, actions) => {
        const rig = new LinkRig(first);
        let nowNs = 0;
        for (const [gapNs, act, keys] of actions) {
          nowNs += act.kind === 'pass' ? gapNs + act.ns : gapNs;
          if (act.kind === 'offer') rig.offer(nowNs, act.bytes);
          else if (act.kind === 'pass') rig.passTime(nowNs);
          else rig.change(nowNs, pick(act.all, keys));
          if (unaccounted(rig.link) !== 0) return false;
          if (rig.link.settings.trace?.kind !== 'mahimahi' && rig.link.deadlineNs < nowNs)
            return false;
        }
        const { counters } = rig.link;
        return rig.arrivals.length === counters.deliveredFrames && isReleased(rig);
      }),
      propertyRuns(1_000),
    ),
  );
});

function pick(all: DirectionSettings, keys: readonly string[]): Partial<DirectionSettings> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
}

/** What is not inside is back in the pool, once. */
function isReleased(rig: LinkRig): boolean {
  const idle = [...rig.pool.small, ...rig.pool.medium, ...rig.pool.large];
  return new Set(idle).size === idle.length;
}

test('without reordering frames arrive in order, none before rate and delay allow', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(settings, steps, (first, actions) => {
        const rig = new LinkRig({ ...first, reorder: { ratio: 0, holdNs: 0 } });
        let nowNs = 0;
        const offeredAtNs = [0];
        for (const [gapNs, act] of actions) {
          nowNs += gapNs;
          if (act.kind !== 'offer') continue;
          rig.offer(nowNs, act.bytes);
          offeredAtNs.push(nowNs);
        }
        rig.passTime(nowNs + 100 * nsPerMs);
        const ordered = rig.arrived.every((n, at) => at === 0 || n >= rig.arrived[at - 1]!);
        return ordered && rig.arrivals.every(({ n, atNs }) => atNs >= offeredAtNs[n]!);
      }),
      propertyRuns(300),
    ),
  );
});

test('whether time is let pass before an offer makes no difference to when frames arrive', (t) => {
  fc.assert(
    fc.property(settings, steps, (first, actions) => {
      const eager = new LinkRig(first);
      const lazy = new LinkRig(first);
      let nowNs = 0;
      for (const [gapNs, act] of actions) {
        nowNs += gapNs;
        if (act.kind !== 'offer') continue;
        for (let part = 1; part <= 3; part++)
          eager.passTime(nowNs - gapNs + Math.floor((gapNs * part) / 3));
        eager.offer(nowNs, act.bytes);
        lazy.offer(nowNs, act.bytes);
      }
      eager.passTime(nowNs + 50 * nsPerMs);
      lazy.passTime(nowNs + 50 * nsPerMs);
      t.deepEqual(eager.arrivals, lazy.arrivals);
      t.deepEqual(eager.link.counters, lazy.link.counters);
    }),
    propertyRuns(150),
  );
});
