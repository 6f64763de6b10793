/**
 * Linked increases (RFC 6356 3): NewReno, but that all flows of one connection together grow as one flow would
 * on the best of their paths. A layer above says how much (`couple`).
 */
import type { AckFacts, CongestionState, Controller } from './controller.ts';
import { type NewRenoState, newReno } from './new-reno.ts';
import { isInSlowStart, mayGrow } from './window.ts';

export interface CoupledState extends CongestionState {
  readonly kind: 'coupled';
  readonly reno: NewRenoState;
  /** alpha / cwnd_total, a byte; Infinity: it is alone. */
  sharedIncrease: number;
}

/** The window is NewReno's, whose state stands inside. */
export const coupled: Controller<CoupledState> = {
  usesRateReduction: true,
  create(nowNs, facts) {
    const reno = newReno.create(nowNs, facts);
    const { cwndBytes, ssthreshBytes, pacingRateBps, mssBytes } = reno;
    const window = { cwndBytes, ssthreshBytes, pacingRateBps, mssBytes };
    return { kind: 'coupled', ...window, reno, sharedIncrease: Number.POSITIVE_INFINITY };
  },
  onSent() {},
  onAck(state, nowNs, ack) {
    if (mayGrow(ack) && !isInSlowStart(state)) growLinked(state, ack);
    else within(state, (reno) => newReno.onAck(reno, nowNs, ack));
  },
  onCongestion: (state, nowNs, event) =>
    within(state, (reno) => newReno.onCongestion(reno, nowNs, event)),
  onRecovered: (state, nowNs, inflightBytes) =>
    within(state, (reno) => newReno.onRecovered(reno, nowNs, inflightBytes)),
  onTimeout: (state, nowNs, event) =>
    within(state, (reno) => newReno.onTimeout(reno, nowNs, event)),
  onSpurious: (state, nowNs) => within(state, (reno) => newReno.onSpurious(reno, nowNs)),
  onIdle: (state, nowNs, idleNs, rtoNs) =>
    within(state, (reno) => newReno.onIdle(reno, nowNs, idleNs, rtoNs)),
  onMss: (state, mssBytes) => within(state, (reno) => newReno.onMss(reno, mssBytes)),
};

/** RFC 6356 3, equation (1): the smaller of both increases. */
function growLinked(state: CoupledState, { ackedBytes }: AckFacts): void {
  const perByte = Math.min(state.sharedIncrease, 1 / state.cwndBytes);
  state.cwndBytes += ackedBytes * state.mssBytes * perByte;
}

function within(state: CoupledState, act: (reno: NewRenoState) => void): void {
  const { reno } = state;
  reno.cwndBytes = state.cwndBytes;
  reno.ssthreshBytes = state.ssthreshBytes;
  act(reno);
  state.cwndBytes = reno.cwndBytes;
  state.ssthreshBytes = reno.ssthreshBytes;
  state.mssBytes = reno.mssBytes;
}

/** What of a flow decides how fast all of them may grow. */
export interface LinkedFlow {
  readonly cwndBytes: number;
  readonly rttNs: number;
}

/** RFC 6356 4: alpha / cwnd_total, with alpha by equation (2). */
export function linkedIncrease(flows: readonly LinkedFlow[]): number {
  let most = 0;
  let rate = 0;
  for (const { cwndBytes, rttNs } of flows) {
    if (rttNs === 0) continue;
    most = Math.max(most, cwndBytes / (rttNs * rttNs));
    rate += cwndBytes / rttNs;
  }
  return rate === 0 ? Number.POSITIVE_INFINITY : most / (rate * rate);
}

export function couple(states: readonly CongestionState[], increase: number): void {
  for (const state of states) {
    if (state.kind === 'coupled') (state as CoupledState).sharedIncrease = increase;
  }
}
