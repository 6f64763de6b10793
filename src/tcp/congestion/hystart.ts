/**
 * HyStart++ (RFC 9406): slow start that ends when the round trip grows, by way of rounds of a slower one
 * (Conservative Slow Start), which takes it back if the growth was only jitter.
 */
import { never, nsPerMs } from '../../base/time.ts';

/** RFC 9406 4.3. */
const leastRttThresholdNs = 4 * nsPerMs;
const largestRttThresholdNs = 16 * nsPerMs;
const rttDivisor = 8;
const samplesARound = 8;
const conservativeDivisor = 4;
const conservativeRounds = 5;
/** L, for senders that don't pace. */
const segmentsAnAck = 8;

export interface HyStartState {
  phase: 'slow-start' | 'conservative' | 'done';
  /** windowEnd: a round is over when it is acknowledged. */
  roundEndSequence: number;
  lastRoundMinRttNs: number;
  currentRoundMinRttNs: number;
  /** cssBaselineMinRtt. */
  baselineRttNs: number;
  samples: number;
  /** Rounds that conservative slow start still has. */
  roundsLeft: number;
}

export function makeHyStart(): HyStartState {
  return {
    phase: 'slow-start',
    roundEndSequence: -1,
    lastRoundMinRttNs: never,
    currentRoundMinRttNs: never,
    baselineRttNs: never,
    samples: 0,
    roundsLeft: 0,
  };
}

export interface HyStartAck {
  /** 0: the ACK gave no sample. */
  readonly rttNs: number;
  readonly ackedBytes: number;
  readonly acknowledged: number;
  readonly nextSequence: number;
}

/** RFC 9406 4.2: by how much the window grows with this ACK; `phase` says `done` when congestion avoidance begins. */
export function growHyStart(state: HyStartState, ack: HyStartAck, mssBytes: number): number {
  const growth = Math.min(ack.ackedBytes, segmentsAnAck * mssBytes);
  const bytes = state.phase === 'conservative' ? growth / conservativeDivisor : growth;
  if (ack.rttNs > 0) {
    state.currentRoundMinRttNs = Math.min(state.currentRoundMinRttNs, ack.rttNs);
    state.samples += 1;
  }
  judgeRtt(state);
  if (ack.acknowledged >= state.roundEndSequence) startRound(state, ack.nextSequence);
  return bytes;
}

function judgeRtt(state: HyStartState): void {
  if (state.samples < samplesARound) return;
  if (state.phase === 'conservative') {
    if (state.currentRoundMinRttNs >= state.baselineRttNs) return;
    state.baselineRttNs = never;
    state.phase = 'slow-start';
    return;
  }
  if (state.lastRoundMinRttNs === never || state.phase === 'done') return;
  const share = state.lastRoundMinRttNs / rttDivisor;
  const thresholdNs = Math.max(leastRttThresholdNs, Math.min(share, largestRttThresholdNs));
  if (state.currentRoundMinRttNs < state.lastRoundMinRttNs + thresholdNs) return;
  state.baselineRttNs = state.currentRoundMinRttNs;
  state.phase = 'conservative';
  state.roundsLeft = conservativeRounds;
}

function startRound(state: HyStartState, nextSequence: number): void {
  const isFirst = state.roundEndSequence < 0;
  state.roundEndSequence = nextSequence;
  if (isFirst) return;
  state.lastRoundMinRttNs = state.currentRoundMinRttNs;
  state.currentRoundMinRttNs = never;
  state.samples = 0;
  if (state.phase !== 'conservative') return;
  state.roundsLeft -= 1;
  if (state.roundsLeft <= 0) state.phase = 'done';
}
