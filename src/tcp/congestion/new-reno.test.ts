import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../base/time.ts';
import { newReno } from './new-reno.ts';
import { ackFacts } from './testing-bottleneck.ts';
import { initialWindowBytes } from './window.ts';

const mss = 1_000;
const path = { mssBytes: mss, rttNs: 50 * nsPerMs };
const make = () => newReno.create(0, path);
const loss = { cause: 'loss', inflightBytes: 40 * mss, lossBytes: mss, deliveredBytes: 0 } as const;

for (const [mssBytes, window] of [
  [536, 5_360],
  [1_460, 14_600],
  [4_000, 14_600],
  [9_000, 18_000],
] as const) {
  test(`with segments of ${mssBytes} bytes ${window} leave before the first ACK (RFC 6928 2)`, (t) => {
    t.is(initialWindowBytes(mssBytes), window);
  });
}

test('slow start grows by what is acknowledged, two segments an ACK at most (RFC 5681 3.1, RFC 3465 2.2)', (t) => {
  const state = make();
  newReno.onAck(state, 1, ackFacts({ ackedBytes: mss }));
  t.is(state.cwndBytes, 11 * mss);
  newReno.onAck(state, 2, ackFacts({ ackedBytes: 9 * mss }));
  t.is(state.cwndBytes, 13 * mss);
});

test('a window that does not limit the sender does not grow (RFC 7661)', (t) => {
  const state = make();
  newReno.onAck(state, 1, ackFacts({ ackedBytes: mss, isWindowLimited: false }));
  t.is(state.cwndBytes, 10 * mss);
});

test('congestion avoidance adds a segment a window (RFC 5681 3.1 (3))', (t) => {
  const state = make();
  state.ssthreshBytes = 10 * mss;
  for (let ack = 0; ack < 9; ack++) newReno.onAck(state, ack, ackFacts({ ackedBytes: mss }));
  t.is(state.cwndBytes, 10 * mss);
  newReno.onAck(state, 9, ackFacts({ ackedBytes: mss }));
  t.is(state.cwndBytes, 11 * mss);
});

test('a loss halves what was in flight; the window follows when recovery ends (RFC 5681 3.1 (4), RFC 6582 3.2)', (t) => {
  const state = make();
  state.cwndBytes = 40 * mss;
  newReno.onCongestion(state, 1, loss);
  t.is(state.ssthreshBytes, 20 * mss);
  newReno.onRecovered(state, 2, 15 * mss);
  t.is(state.cwndBytes, 20 * mss);
});

test('nothing is grown during a recovery', (t) => {
  const state = make();
  for (const phase of ['recovery', 'reduced'] as const) {
    newReno.onAck(state, 1, ackFacts({ ackedBytes: mss, phase }));
  }
  t.is(state.cwndBytes, 10 * mss);
});

test('two segments are the least threshold (RFC 5681 3.1 (4))', (t) => {
  const state = make();
  newReno.onCongestion(state, 1, { ...loss, inflightBytes: mss });
  t.is(state.ssthreshBytes, 2 * mss);
});

test('a mark cuts the window at once (RFC 3168 6.1.2)', (t) => {
  const state = make();
  state.cwndBytes = 40 * mss;
  newReno.onCongestion(state, 1, { ...loss, cause: 'ecn' });
  t.is(state.cwndBytes, 20 * mss);
});

test('a time-out leaves one segment; repeated, it holds the threshold (RFC 5681 3.1)', (t) => {
  const state = make();
  newReno.onTimeout(state, 1, loss);
  t.is(state.cwndBytes, mss);
  t.is(state.ssthreshBytes, 20 * mss);
  newReno.onTimeout(state, 2, { ...loss, inflightBytes: mss });
  t.is(state.ssthreshBytes, 20 * mss);
  newReno.onAck(state, 3, ackFacts({ ackedBytes: 4 * mss, phase: 'loss' }));
  t.is(state.cwndBytes, 2 * mss, 'after a time-out a segment an ACK (RFC 3465 2.3)');
  newReno.onTimeout(state, 4, { ...loss, inflightBytes: 8 * mss });
  t.is(state.ssthreshBytes, 4 * mss);
});

test('what was for nothing is put back', (t) => {
  const state = make();
  state.cwndBytes = 40 * mss;
  newReno.onTimeout(state, 1, loss);
  newReno.onSpurious(state, 2);
  t.is(state.cwndBytes, 40 * mss);
  t.is(state.ssthreshBytes, Number.POSITIVE_INFINITY);
});

test('after a pause longer than the time-out the window is the initial one (RFC 5681 4.1)', (t) => {
  const state = make();
  state.cwndBytes = 80 * mss;
  newReno.onIdle(state, 1, nsPerSecond / 2, nsPerSecond);
  t.is(state.cwndBytes, 80 * mss);
  newReno.onIdle(state, 2, 2 * nsPerSecond, nsPerSecond);
  t.is(state.cwndBytes, 10 * mss);
});
