/** Which phase follows which: Startup, Drain, the cycle of ProbeBW, ProbeRTT. */
import { never, nsPerMs, nsPerSecond } from '../../../base/time.ts';
import type { AckFacts } from '../controller.ts';
import {
  boundWithHeadroom,
  isLossTooHigh,
  liftBounds,
  lowerBounds,
  raiseLongTermBound,
  setLongTermBound,
} from './bounds.ts';
import {
  bandwidthBps,
  bdpBytes,
  leastBytes,
  maxBandwidthBps,
  targetBytes,
  turnBandwidth,
} from './model.ts';
import type { RateBasedState, RatePhase } from './state.ts';

/** A pipe is full when three rounds brought less than a quarter more; or when so many segments were lost in one. */
const growthRatio = 1.25;
const roundsUntilFull = 3;
const lossesUntilFull = 6;
/** Between probes pass 2 to 3 s, or as many rounds as a Reno flow would need for its next loss. */
const leastWaitNs = 2 * nsPerSecond;
const largestRenoRounds = 63;
/** ProbeRTTDuration. */
const probeRttNs = 200 * nsPerMs;

/** Each phase's gains: of the rate that is sent, and of the product that may be in flight. */
export const gains: Readonly<
  Record<RatePhase, { readonly pacing: number; readonly cwnd: number }>
> = {
  startup: { pacing: 2.77, cwnd: 2 },
  drain: { pacing: 0.5, cwnd: 2 },
  'probe-down': { pacing: 0.9, cwnd: 2 },
  'probe-cruise': { pacing: 1, cwnd: 2 },
  'probe-refill': { pacing: 1, cwnd: 2 },
  'probe-up': { pacing: 1.25, cwnd: 2.25 },
  'probe-rtt': { pacing: 1, cwnd: 0.5 },
};

/** After the model took an ACK in. */
export function advancePhase(state: RateBasedState, nowNs: number, ack: AckFacts): void {
  switch (state.phase) {
    case 'startup':
      leaveStartup(state, nowNs, ack);
      return;
    case 'drain':
      if (ack.inflightBytes <= bdpBytes(state, maxBandwidthBps(state), 1)) goDown(state, nowNs);
      return;
    case 'probe-down':
    case 'probe-cruise':
      waitForProbe(state, nowNs, ack);
      return;
    case 'probe-refill':
      if (state.round.isStart) goUp(state, nowNs, ack);
      return;
    case 'probe-up':
      climb(state, nowNs, ack);
      return;
    case 'probe-rtt':
      leaveProbeRtt(state, nowNs, ack);
      return;
  }
}

function leaveStartup(state: RateBasedState, nowNs: number, ack: AckFacts): void {
  const { startup, round } = state;
  if (round.lossBytes >= lossesUntilFull * state.mssBytes && isLossTooHigh(state)) {
    startup.isPipeFull = true;
    const bytes = Math.max(bdpBytes(state, maxBandwidthBps(state), 1), round.mostDeliveredBytes);
    state.bounds.longTermBytes = bytes;
  } else if (hasStoppedGrowing(state, ack)) {
    startup.isPipeFull = true;
  }
  if (!startup.isPipeFull) return;
  state.phase = 'drain';
  state.cycle.startedAtNs = nowNs;
}

/** BBRCheckFullBWReached: Startup and each probe end once the rate has not grown for three rounds. */
function hasStoppedGrowing({ growth, round }: RateBasedState, ack: AckFacts): boolean {
  if (ack.isAppLimited) return false;
  if (ack.deliveryRateBps >= growth.fromBps * growthRatio) {
    growth.fromBps = ack.deliveryRateBps;
    growth.roundsWithout = 0;
    return false;
  }
  if (round.isStart) growth.roundsWithout += 1;
  return growth.roundsWithout >= roundsUntilFull;
}

function beginGrowth({ growth }: RateBasedState, fromBps: number): void {
  growth.fromBps = fromBps;
  growth.roundsWithout = 0;
}

/** The queue that a probe made drains; then a new cycle waits for its time. */
export function goDown(state: RateBasedState, nowNs: number): void {
  state.phase = 'probe-down';
  state.cycle.startedAtNs = nowNs;
  state.cycle.rounds = 0;
  state.cycle.waitNs = leastWaitNs + chanceBelowSecondNs(state);
}

/**
 * Flows that probe in step would measure each other. No chance is at hand here, but how much was delivered
 * differs from flow to flow (Knuth's multiplicative hash of it).
 */
function chanceBelowSecondNs(state: RateBasedState): number {
  const scattered = Math.imul(Math.floor(state.round.endsAtBytes), 0x9e37_79b1) >>> 0;
  return Math.floor((scattered / 2 ** 32) * nsPerSecond);
}

function waitForProbe(state: RateBasedState, nowNs: number, ack: AckFacts): void {
  const { cycle, round } = state;
  if (round.isStart) endProbeSamples(state);
  if (nowNs - cycle.startedAtNs > cycle.waitNs || cycle.rounds >= renoRounds(state)) {
    liftBounds(state);
    state.phase = 'probe-refill';
    return;
  }
  if (cycle.isProbeSampled && isLossTooHigh(state)) foundEnd(state, ack);
  else if (round.isStart && !cycle.isProbeSampled) lowerBounds(state);
  if (state.phase === 'probe-down' && hasDrained(state, ack)) state.phase = 'probe-cruise';
}

/** The ACKs of a probe's segments end a round after it. */
function endProbeSamples(state: RateBasedState): void {
  if (state.cycle.rounds !== 2) return;
  state.cycle.isProbeSampled = false;
  turnBandwidth(state);
}

function renoRounds(state: RateBasedState): number {
  const bytes = Math.min(targetBytes(state, bandwidthBps(state), 1), state.cwndBytes);
  return Math.min(bytes / state.mssBytes, largestRenoRounds);
}

function hasDrained(state: RateBasedState, ack: AckFacts): boolean {
  if (ack.inflightBytes > boundWithHeadroom(state)) return false;
  return ack.inflightBytes <= targetBytes(state, maxBandwidthBps(state), 1);
}

function goUp(state: RateBasedState, nowNs: number, ack: AckFacts): void {
  state.phase = 'probe-up';
  state.cycle.startedAtNs = nowNs;
  state.cycle.isProbeSampled = true;
  state.cycle.growthRounds = 0;
  beginGrowth(state, ack.deliveryRateBps);
}

/** BBRIsTimeToGoDown: until the path loses, or three rounds brought little more. */
function climb(state: RateBasedState, nowNs: number, ack: AckFacts): void {
  if (isLossTooHigh(state)) {
    foundEnd(state, ack);
    goDown(state, nowNs);
    return;
  }
  if (ack.isWindowLimited && state.cwndBytes >= state.bounds.longTermBytes) {
    raiseLongTermBound(state, ack.newlyDeliveredBytes);
    // Its own bound holds it back, not the path.
    beginGrowth(state, ack.deliveryRateBps);
  }
  if (hasStoppedGrowing(state, ack)) goDown(state, nowNs);
}

function foundEnd(state: RateBasedState, ack: AckFacts): void {
  state.cycle.isProbeSampled = false;
  // What was delivered while a segment was under way got through; what is in flight by now is a round more.
  setLongTermBound(state, Math.min(ack.priorInflightBytes, state.round.mostDeliveredBytes));
}

/** BBRCheckProbeRTT: the least round trip was not seen for long: empty the path for a moment. */
export function enterProbeRtt(state: RateBasedState): void {
  if (state.phase === 'probe-rtt') return;
  state.savedCwndBytes = Math.max(state.savedCwndBytes, state.cwndBytes);
  state.phase = 'probe-rtt';
  state.roundTrip.probeDoneAtNs = never;
  state.roundTrip.probeRoundDone = false;
}

export function probeRttBytes(state: Readonly<RateBasedState>): number {
  return Math.max(bdpBytes(state, bandwidthBps(state), gains['probe-rtt'].cwnd), leastBytes(state));
}

function leaveProbeRtt(state: RateBasedState, nowNs: number, ack: AckFacts): void {
  const { roundTrip, round } = state;
  if (roundTrip.probeDoneAtNs === never) {
    if (ack.inflightBytes > probeRttBytes(state)) return;
    roundTrip.probeDoneAtNs = nowNs + probeRttNs;
    round.endsAtBytes = ack.deliveredBytes;
    return;
  }
  if (round.isStart) roundTrip.probeRoundDone = true;
  if (!roundTrip.probeRoundDone || nowNs < roundTrip.probeDoneAtNs) return;
  roundTrip.probeMinAtNs = nowNs;
  restoreWindow(state);
  liftBounds(state);
  if (state.startup.isPipeFull) goDown(state, nowNs);
  else state.phase = 'startup';
}

export function restoreWindow(state: RateBasedState): void {
  state.cwndBytes = Math.max(state.cwndBytes, state.savedCwndBytes);
  state.savedCwndBytes = 0;
}
