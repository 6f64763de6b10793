import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../../src/base/property-runs.conformance.ts';
import { burstFor, mostFrames, rateOf } from './link-burst.ts';
import type { LinkSetting } from './link-setting.ts';

const setting = (rateBps: number): LinkSetting => ({
  ...{ engine: 'model', rateBps, delayNs: 0, jitterNs: 0, mtuBytes: 1_500 },
});

/** Frames as a link of that rate lets them go, each so much later than it should. */
function arrivals(rateBps: number, count: number, lateNs: (frame: number) => number): number[] {
  const frameNs = (1_514 * 8 * 1e9) / rateBps;
  return Array.from({ length: count }, (_, at) => at * frameNs + lateNs(at));
}

test('a burst lasts about 80 ms, and is neither too short nor endless', (t) => {
  t.is(burstFor(setting(100e6))!.frames, Math.ceil((100e6 * 0.08) / (8 * 1_514)));
  t.is(burstFor(setting(1e5))!.frames, 6);
  t.true(burstFor(setting(449e6))!.frames <= mostFrames);
  t.is(burstFor(setting(1e9)), undefined);
  t.is(burstFor(setting(Number.POSITIVE_INFINITY)), undefined);
});

test('the rate of frames on time is exact', (t) => {
  const burst = burstFor(setting(50e6))!;
  for (const rateBps of [50e6, 40e6, 60e6]) {
    const seen = rateOf(
      burst,
      50e6,
      arrivals(rateBps, burst.frames, () => 0),
    )!;
    t.true(Math.abs(seen / rateBps - 1) < 1e-9, `${seen}`);
  }
});

test('frames that are late here and there change nothing, as long as one in each third is not', (t) => {
  const burst = burstFor(setting(50e6))!;
  const property = fc.property(
    fc.array(fc.integer({ min: 0, max: 3_000_000 }), {
      minLength: burst.frames,
      maxLength: burst.frames,
    }),
    (late) => {
      const punctual = [1, burst.frames - 2];
      const seen = rateOf(
        burst,
        50e6,
        arrivals(50e6, burst.frames, (at) => (punctual.includes(at) ? 0 : late[at]!)),
      )!;
      // What overtakes by lateness alone is sorted, and lies no earlier than it was sent.
      t.true(Math.abs(seen / 50e6 - 1) < 0.02, `${seen}`);
    },
  );
  fc.assert(property, propertyRuns(50));
});

test('too few frames tell nothing', (t) => {
  t.is(rateOf(burstFor(setting(50e6))!, 50e6, [1, 2, 3]), undefined);
});

test('jitter hides a rate: no burst is sent to look for it', (t) => {
  t.not(burstFor(setting(50e6)), undefined);
  t.is(burstFor({ ...setting(50e6), jitterNs: 1 }), undefined);
});
