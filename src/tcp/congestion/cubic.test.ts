import test from 'ava';
import { never, nsPerMs, nsPerSecond } from '../../base/time.ts';
import { cubic } from './cubic.ts';
import {
  beginEpoch,
  type CubicEpoch,
  curveSegments,
  growOnCurve,
  lowerPlateau,
} from './cubic-curve.ts';
import { ackFacts } from './testing-bottleneck.ts';

const mss = 1_000;
const make = () => cubic.create(0, { mssBytes: mss, rttNs: 100 * nsPerMs });
const loss = { cause: 'loss', inflightBytes: 0, lossBytes: mss, deliveredBytes: 0 } as const;

function epochAt(plateauSegments: number, windowSegments: number): CubicEpoch {
  const zero = {
    startedAtNs: never,
    plateauNs: 0,
    renoSegments: 0,
    priorSegments: plateauSegments,
  };
  const epoch = { ...zero, plateauSegments };
  beginEpoch(epoch, 0, windowSegments, false);
  return epoch;
}

// K is the cube root of (W_max - cwnd) / 0.4, in seconds.
for (const [plateau, window, seconds] of [
  [100, 100, 0],
  [13.2, 10, 2],
  [60, 10, 5],
  [500, 100, 10],
] as const) {
  test(`from ${window} back to ${plateau} segments takes ${seconds} s (RFC 9438 4.2 equation 2)`, (t) => {
    const epoch = epochAt(plateau, window);
    t.true(Math.abs(epoch.plateauNs - seconds * nsPerSecond) <= nsPerMs);
    t.true(Math.abs(curveSegments(epoch, 0) - window) < 0.1);
    t.true(Math.abs(curveSegments(epoch, epoch.plateauNs) - plateau) < 1e-9);
    const beyond = curveSegments(epoch, epoch.plateauNs + 2 * nsPerSecond);
    t.true(Math.abs(beyond - plateau - 3.2) < 1e-9);
  });
}

test('a round of ACKs keeps the window on the curve (RFC 9438 4.4)', (t) => {
  const epoch = epochAt(500, 350);
  const srttNs = 100 * nsPerMs;
  let window = 350;
  for (let ack = 1; ack <= 350; ack++) {
    window = growOnCurve(epoch, (ack / 350) * srttNs, { ackedSegments: 1, srttNs }, window);
  }
  t.true(Math.abs(window - curveSegments(epoch, srttNs)) < 0.5);
});

test('the target is never more than half the window away (RFC 9438 4.2)', (t) => {
  const epoch = epochAt(10, 10);
  const ack = { ackedSegments: 1, srttNs: nsPerSecond };
  t.true(growOnCurve(epoch, 100 * nsPerSecond, ack, 10) <= 10.5);
});

test('where Reno would have more, the window is what Reno would have (RFC 9438 4.3)', (t) => {
  const epoch = epochAt(20, 14);
  let window = 14;
  const ack = { ackedSegments: 1, srttNs: nsPerMs };
  for (let acks = 0; acks < 140; acks++) window = growOnCurve(epoch, nsPerMs, ack, window);
  // Ten rounds of 0.53 segments each, a little less as the window grows.
  t.true(window > 18 && window < 19.5, `${window}`);
});

test('a flow that lost before its plateau gives room (RFC 9438 4.7)', (t) => {
  const epoch = epochAt(100, 70);
  lowerPlateau(epoch, 80);
  t.is(epoch.plateauSegments, 68);
  lowerPlateau(epoch, 90);
  t.is(epoch.plateauSegments, 90);
});

test('a loss leaves seven tenths, and never less than two segments (RFC 9438 4.6)', (t) => {
  const state = make();
  state.cwndBytes = 100 * mss;
  cubic.onCongestion(state, 1, loss);
  t.is(state.ssthreshBytes, 70 * mss);
  cubic.onRecovered(state, 2, 0);
  t.is(state.cwndBytes, 70 * mss);
  state.cwndBytes = mss;
  cubic.onCongestion(state, 3, loss);
  t.is(state.ssthreshBytes, 2 * mss);
});

test('after a time-out the curve begins at its plateau (RFC 9438 4.8)', (t) => {
  const state = make();
  state.cwndBytes = 100 * mss;
  cubic.onTimeout(state, 1, loss);
  t.is(state.cwndBytes, mss);
  state.cwndBytes = 70 * mss;
  cubic.onAck(state, 2, ackFacts({ ackedBytes: mss }));
  t.is(state.epoch.plateauNs, 0);
  t.is(state.epoch.plateauSegments, 70);
});

test('time in which the window was not the limit does not count (RFC 9438 5.8)', (t) => {
  const state = make();
  state.cwndBytes = 100 * mss;
  cubic.onCongestion(state, 0, loss);
  cubic.onRecovered(state, 0, 0);
  cubic.onAck(state, 1, ackFacts({ ackedBytes: mss }));
  t.is(state.epoch.startedAtNs, 1);
  cubic.onAck(state, nsPerSecond + 1, ackFacts({ ackedBytes: mss, isWindowLimited: false }));
  t.is(state.epoch.startedAtNs, nsPerSecond + 1);
});

test('what was for nothing is put back, the curve with it (RFC 9438 4.9)', (t) => {
  const state = make();
  state.cwndBytes = 100 * mss;
  cubic.onCongestion(state, 1, loss);
  cubic.onSpurious(state, 2);
  t.is(state.cwndBytes, 100 * mss);
  t.is(state.ssthreshBytes, Number.POSITIVE_INFINITY);
  t.is(state.epoch.plateauSegments, 0);
});

test('a smaller segment keeps the bytes of the curve', (t) => {
  const state = make();
  state.epoch.plateauSegments = 100;
  cubic.onMss(state, 500);
  t.is(state.epoch.plateauSegments, 200);
});
