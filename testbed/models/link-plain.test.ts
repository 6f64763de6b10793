import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { nsPerMs } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { LinkRig } from './link-rig.ts';

const settings: Partial<DirectionSettings> = { rateBps: 10_000_000, delayNs: 2 * nsPerMs };

/** Loses nothing, but has to be asked about each frame: no frame takes the short way. */
const asked: Partial<DirectionSettings> = { ...settings, loss: { model: 'list', frames: [] } };

const queue = {
  limitFrames: 3,
  limitBytes: 4_000,
  discipline: { kind: 'drop-tail' },
} as const satisfies DirectionSettings['queue'];

const changes: fc.Arbitrary<Partial<DirectionSettings>> = fc.constantFrom<
  Partial<DirectionSettings>
>(
  { rateBps: 1_000_000 },
  { rateBps: 100_000_000 },
  { delayNs: 0 },
  { delayNs: 9 * nsPerMs },
  { mtuBytes: 600 },
  { queue },
  { up: false },
  { up: true },
);

/** A frame takes 1 ms at first: some meet each other, some meet nobody. */
const acts = fc.array(
  fc.record({
    afterNs: fc.constantFrom(0, 1, 300_000, nsPerMs, 2 * nsPerMs, 5 * nsPerMs),
    bytes: fc.constantFrom(60, 614, 615, 1_250),
    change: fc.option(changes, { freq: 6, nil: undefined }),
  }),
  { maxLength: 40 },
);

test('by the short way or the long one: the same frames arrive at the same times, and are counted alike', (t) => {
  fc.assert(
    fc.property(acts, (steps) => {
      const rigs = [new LinkRig(settings), new LinkRig(asked)] as const;
      for (const rig of rigs) {
        let nowNs = 0;
        for (const { afterNs, bytes, change } of steps) {
          nowNs += afterNs;
          if (change === undefined) rig.offer(nowNs, bytes);
          else rig.change(nowNs, change);
        }
        rig.drain();
      }
      const [short, long] = rigs;
      t.deepEqual(short.arrivals, long.arrivals);
      t.deepEqual(short.link.counters, long.link.counters);
      t.true(short.wakeUps <= long.wakeUps);
    }),
    propertyRuns(400),
  );
});

test('a frame that meets nobody never stands in a line', (t) => {
  const rig = new LinkRig(settings);
  for (let at = 0; at < 3; at++) rig.offer(at * 10 * nsPerMs);
  rig.drain();
  t.is(rig.arrivals.length, 3);
  t.deepEqual([rig.link.wire, rig.link.queue], [undefined, undefined]);
});
