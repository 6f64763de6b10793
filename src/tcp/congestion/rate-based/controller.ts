/** The rate-based controller: takes in what ACKs say, and sets the window and the pacing rate by the model. */
import { never, nsPerMs, nsPerSecond } from '../../../base/time.ts';
import type { AckFacts, Controller } from '../controller.ts';
import { initialWindowBytes } from '../window.ts';
import { modelBound, setLongTermBound } from './bounds.ts';
import {
  bandwidthBps,
  clearRound,
  countRound,
  heightBytes,
  leastBytes,
  maxBandwidthBps,
  sampleBandwidth,
  sampleHeight,
  sampleRoundTrip,
  targetBytes,
} from './model.ts';
import {
  advancePhase,
  enterProbeRtt,
  gains,
  goDown,
  probeRttBytes,
  restoreWindow,
} from './phases.ts';
import { makeRateBased, type RateBasedState } from './state.ts';

/** PacingMarginPercent: a little less than the bandwidth keeps queues from standing. */
const pacingMargin = 0.99;
/** Taken for the round trip while none is known. */
const assumedRttNs = nsPerMs;

export const rateBased: Controller<RateBasedState> = {
  usesRateReduction: false,
  create(nowNs, path) {
    const state = makeRateBased(nowNs, path);
    const rttNs = path.rttNs > 0 ? path.rttNs : assumedRttNs;
    const rateBps = (state.cwndBytes * 8 * nsPerSecond) / rttNs;
    state.pacingRateBps = gains.startup.pacing * rateBps;
    return state;
  },
  onSent() {},
  onAck(state, nowNs, ack) {
    countRound(state, ack);
    sampleBandwidth(state, ack);
    sampleHeight(state, nowNs, ack.newlyDeliveredBytes);
    const mustProbeRtt = sampleRoundTrip(state, nowNs, ack.rttNs);
    advancePhase(state, nowNs, ack);
    // A path that is not full shows its round trip by itself.
    if (mustProbeRtt && state.startup.isPipeFull) enterProbeRtt(state);
    setPacing(state);
    setWindow(state, ack);
    clearRound(state);
  },
  onCongestion(state, nowNs, event) {
    if (event.cause !== 'ecn') return;
    // RFC 3168 6.1.2: a mark is heeded as a loss that counts.
    setLongTermBound(state, event.inflightBytes * 0.7);
    if (state.phase === 'startup') state.startup.isPipeFull = true;
    if (state.phase === 'startup' || state.phase === 'probe-up') goDown(state, nowNs);
  },
  onRecovered(state) {
    restoreWindow(state);
  },
  onTimeout(state, _nowNs, _event) {
    state.savedCwndBytes = Math.max(state.savedCwndBytes, state.cwndBytes);
    state.cwndBytes = state.mssBytes;
  },
  onSpurious(state) {
    restoreWindow(state);
    state.bounds.shortTermBps = never;
    state.bounds.shortTermBytes = never;
  },
  onIdle(state, nowNs) {
    // The path was empty: its least round trip needs no probe (BBRHandleRestartFromIdle).
    state.roundTrip.probeMinAtNs = nowNs;
    state.ackHeights.startedAtNs = nowNs;
    state.ackHeights.ackedBytes = 0;
    if (state.startup.isPipeFull) state.pacingRateBps = pacingMargin * bandwidthBps(state);
  },
  onMss(state, mssBytes) {
    state.mssBytes = mssBytes;
    state.cwndBytes = Math.max(state.cwndBytes, leastBytes(state));
  },
};

function setPacing(state: RateBasedState): void {
  const rateBps = gains[state.phase].pacing * bandwidthBps(state) * pacingMargin;
  if (rateBps === 0) return;
  if (state.startup.isPipeFull || rateBps > state.pacingRateBps) state.pacingRateBps = rateBps;
}

/** BBRSetCwnd. */
function setWindow(state: RateBasedState, ack: AckFacts): void {
  const wanted = targetBytes(state, bandwidthBps(state), gains[state.phase].cwnd);
  const isFull = state.startup.isPipeFull;
  const limitBytes = wanted + (isFull ? heightBytes(state) : 0);
  if (ack.lossBytes > 0) {
    state.cwndBytes = Math.max(state.cwndBytes - ack.lossBytes, state.mssBytes);
  }
  const grown = state.cwndBytes + ack.newlyDeliveredBytes;
  if (isFull) state.cwndBytes = Math.min(grown, limitBytes);
  else if (
    state.cwndBytes < limitBytes ||
    ack.deliveredBytes < initialWindowBytes(state.mssBytes)
  ) {
    state.cwndBytes = grown;
  }
  state.cwndBytes = Math.max(state.cwndBytes, leastBytes(state));
  if (state.phase === 'probe-rtt')
    state.cwndBytes = Math.min(state.cwndBytes, probeRttBytes(state));
  state.cwndBytes = Math.min(state.cwndBytes, modelBound(state));
}

/** For tests and traces. */
export function pathModel(state: Readonly<RateBasedState>): { rateBps: number; rttNs: number } {
  return { rateBps: maxBandwidthBps(state), rttNs: state.roundTrip.minNs };
}
