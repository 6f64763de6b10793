import test from 'ava';
import { never, nsPerMs } from '../../src/base/time.ts';
import { cubicResponseBps } from './cubic-response.ts';

/** RFC 9438 5.1, table 1: average windows in segments at an RTT of 0.1 s with C = 0.4. */
const windows: readonly (readonly [lossRatio: number, segments: number])[] = [
  [1e-2, 12],
  [1e-3, 38],
  [1e-4, 187],
  [1e-5, 1_054],
  [1e-6, 5_926],
  [1e-7, 33_325],
  [1e-8, 187_400],
];
const segmentBits = 1_448 * 8;

for (const [lossRatio, segments] of windows) {
  test(`a loss of ${lossRatio} leaves a window of ${segments} segments`, (t) => {
    const bps = cubicResponseBps(lossRatio, 100 * nsPerMs, 1_500);
    const window = (bps * 0.1) / segmentBits;
    t.true(Math.abs(window / segments - 1) < 0.03, String(window));
  });
}

test('without losses nothing but the link is in the way', (t) => {
  t.is(cubicResponseBps(0, nsPerMs, 1_500), never);
});
