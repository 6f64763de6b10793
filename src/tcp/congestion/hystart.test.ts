import test from 'ava';
import { nsPerMs } from '../../base/time.ts';
import { growHyStart, type HyStartState, makeHyStart } from './hystart.ts';

const mss = 1_000;
const windowSegments = 10;

/** A round of ten ACKs of a segment each, all with this round trip. Answers how far the window grew. */
function playRound(state: HyStartState, round: number, rttMs: number, ackedBytes = mss): number {
  let grown = 0;
  for (let ack = 1; ack <= windowSegments; ack++) {
    const acknowledged = (round * windowSegments + ack) * ackedBytes;
    const nextSequence = acknowledged + windowSegments * ackedBytes;
    const facts = { rttNs: rttMs * nsPerMs, ackedBytes, acknowledged, nextSequence };
    grown += growHyStart(state, facts, mss);
  }
  return grown;
}

test('while the round trip stays, the window grows by what is acknowledged (RFC 9406 4.2)', (t) => {
  const state = makeHyStart();
  for (let round = 0; round < 6; round++) t.is(playRound(state, round, 100), 10 * mss);
  t.is(state.phase, 'slow-start');
});

test('one ACK grows it by eight segments at most (RFC 9406 4.2, L)', (t) => {
  t.is(playRound(makeHyStart(), 0, 100, 20 * mss), 10 * 8 * mss);
});

for (const [beforeMs, afterMs, expected] of [
  [100, 111, 'slow-start'],
  [100, 113, 'conservative'],
  [10, 13, 'slow-start'],
  [10, 14, 'conservative'],
  [400, 415, 'slow-start'],
  [400, 416, 'conservative'],
] as const) {
  test(`from ${beforeMs} to ${afterMs} ms a round later: ${expected} (RFC 9406 4.2)`, (t) => {
    const state = makeHyStart();
    playRound(state, 0, beforeMs);
    playRound(state, 1, beforeMs);
    playRound(state, 2, afterMs);
    t.is(state.phase, expected);
  });
}

test('conservative slow start grows a quarter, and after five rounds ends (RFC 9406 4.2)', (t) => {
  const state = makeHyStart();
  playRound(state, 0, 100);
  playRound(state, 1, 100);
  playRound(state, 2, 120);
  t.is(playRound(state, 3, 120), 2.5 * mss);
  // Rounds end with the first ACK of the next ten: the fifth, the one that found it among them, in round 7.
  for (let round = 4; round < 7; round++) playRound(state, round, 120);
  t.is(state.phase, 'conservative');
  playRound(state, 7, 120);
  t.is(state.phase, 'done');
});

test('jitter that passes takes it back (RFC 9406 4.2)', (t) => {
  const state = makeHyStart();
  playRound(state, 0, 100);
  playRound(state, 1, 100);
  playRound(state, 2, 120);
  t.is(state.phase, 'conservative');
  playRound(state, 3, 100);
  t.is(state.phase, 'slow-start');
});

test('fewer than eight samples in a round prove nothing (RFC 9406 4.2)', (t) => {
  const state = makeHyStart();
  playRound(state, 0, 100);
  playRound(state, 1, 100);
  for (let ack = 0; ack < 7; ack++) {
    const facts = {
      rttNs: 200 * nsPerMs,
      ackedBytes: mss,
      acknowledged: 20_001,
      nextSequence: 40_000,
    };
    growHyStart(state, facts, mss);
  }
  t.is(state.phase, 'slow-start');
});
