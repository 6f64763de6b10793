/** What losses say: short-term bounds that the next probe lifts, and a long-term one that a probe finds. */
import { never } from '../../../base/time.ts';
import { bdpBytes, leastBytes, maxBandwidthBps } from './model.ts';
import type { RateBasedState } from './state.ts';

/** LossThresh: a path that loses less is taken for lossy, not for full. */
const lossThreshold = 0.02;
/** Of a small flight a single loss is more than the threshold, and a path that loses 1 % may lose three in a row. */
const chanceSegments = 2;
/** A loss where the round trip is so much longer than the least is the queue's: what is delivered then is more than the path. */
const queueRatio = 1.5;
/** Beta and Headroom. */
const beta = 0.7;
const headroom = 0.15;
/** Of the bound, a round: who has little in flight would lose most of what he added. */
const largestGrowth = 1 / 8;

/** Whether what was in flight in the round so far was more than the path holds. */
export function isLossTooHigh(state: Readonly<RateBasedState>): boolean {
  const { lossBytes, deliveredBytes, mostDeliveredBytes } = state.round;
  const { lastNs, minNs } = state.roundTrip;
  const roundBytes = lossBytes + deliveredBytes;
  if (lastNs >= queueRatio * minNs) return lossBytes > lossThreshold * roundBytes;
  // Of a whole flight, also while the round is young: a few losses in a row are no tenth of it.
  const flightBytes = Math.max(roundBytes, mostDeliveredBytes);
  return lossBytes > lossThreshold * flightBytes + chanceSegments * state.mssBytes;
}

/** BBRAdaptLowerBounds, at the end of a round outside of a probe for bandwidth. */
export function lowerBounds(state: RateBasedState): void {
  const { round, bounds } = state;
  // Losses below the threshold say nothing of how much the path holds.
  if (!isLossTooHigh(state)) return;
  if (bounds.shortTermBps === never) bounds.shortTermBps = maxBandwidthBps(state);
  if (bounds.shortTermBytes === never) bounds.shortTermBytes = state.cwndBytes;
  bounds.shortTermBps = Math.max(round.bestBps, beta * bounds.shortTermBps);
  const keptBytes = beta * bounds.shortTermBytes;
  bounds.shortTermBytes = Math.max(round.mostDeliveredBytes, keptBytes);
}

/** BBRResetShortTermModel: before a probe. */
export function liftBounds(state: RateBasedState): void {
  state.bounds.shortTermBps = never;
  state.bounds.shortTermBytes = never;
}

/** BBRHandleInflightTooHigh: a probe found the end of the queue. */
export function setLongTermBound(state: RateBasedState, inflightBytes: number): void {
  const floorBytes = beta * bdpBytes(state, maxBandwidthBps(state), 1);
  state.bounds.longTermBytes = Math.max(inflightBytes, floorBytes, leastBytes(state));
}

/** BBRInflightWithHeadroom: what is left to others while no probe runs. */
export function boundWithHeadroom(state: Readonly<RateBasedState>): number {
  const { longTermBytes } = state.bounds;
  if (longTermBytes === never) return never;
  return Math.max((1 - headroom) * longTermBytes, leastBytes(state));
}

/** BBRProbeInflightLongTermUpward: a probe that fills its bound raises it, faster each round. */
export function raiseLongTermBound(state: RateBasedState, ackedBytes: number): void {
  const { bounds, cycle, mssBytes } = state;
  if (bounds.longTermBytes === never) return;
  const segmentsARound = 2 ** Math.min(cycle.growthRounds, 30);
  const perByte = (segmentsARound * mssBytes) / Math.max(state.cwndBytes, mssBytes);
  bounds.longTermBytes += ackedBytes * Math.min(perByte, largestGrowth);
  if (state.round.isStart) cycle.growthRounds += 1;
}

/** BBRBoundCwndForModel. */
export function modelBound(state: Readonly<RateBasedState>): number {
  const { bounds, phase } = state;
  let capBytes = never;
  if (phase === 'probe-cruise' || phase === 'probe-rtt') capBytes = boundWithHeadroom(state);
  else if (phase !== 'startup' && phase !== 'drain') capBytes = bounds.longTermBytes;
  return Math.max(Math.min(capBytes, bounds.shortTermBytes), leastBytes(state));
}
