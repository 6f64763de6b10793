/** NewReno (RFC 5681, RFC 6582): one segment more each round trip, half the window at a loss. */
import type { AckFacts, CongestionEvent, CongestionState, Controller } from './controller.ts';
import {
  initialWindowBytes,
  isInSlowStart,
  leastThresholdBytes,
  mayGrow,
  restartAfterIdle,
  type Undo,
} from './window.ts';

export interface NewRenoState extends CongestionState {
  readonly kind: 'new-reno';
  /** RFC 3465 2.1: acknowledged since the window last grew. */
  countedBytes: number;
  /** RFC 5681 3.1: a time-out repeated without progress lowers the threshold once only. */
  isTimedOut: boolean;
  undo: Undo | undefined;
}

export const newReno: Controller<NewRenoState> = {
  usesRateReduction: true,
  create: (_nowNs, { mssBytes }) => ({
    kind: 'new-reno',
    cwndBytes: initialWindowBytes(mssBytes),
    ssthreshBytes: Number.POSITIVE_INFINITY,
    pacingRateBps: Number.POSITIVE_INFINITY,
    mssBytes,
    countedBytes: 0,
    isTimedOut: false,
    undo: undefined,
  }),
  onSent() {},
  onAck(state, _nowNs, ack) {
    const afterTimeout = state.isTimedOut;
    if (ack.ackedBytes > 0) state.isTimedOut = false;
    if (!mayGrow(ack)) return;
    if (isInSlowStart(state)) growExponentially(state, ack, afterTimeout);
    else growLinearly(state, ack);
  },
  onCongestion(state, _nowNs, event) {
    state.undo = { cwndBytes: state.cwndBytes, ssthreshBytes: state.ssthreshBytes };
    state.ssthreshBytes = halved(state, event);
    state.countedBytes = 0;
    // RFC 3168 6.1.2: nothing is retransmitted, so that the window is cut at once.
    if (event.cause === 'ecn') state.cwndBytes = state.ssthreshBytes;
  },
  onRecovered(state) {
    // RFC 6582 3.2 step 3, option 2: rate reduction has kept a burst away.
    state.cwndBytes = Math.max(state.ssthreshBytes, state.mssBytes);
  },
  onTimeout(state, _nowNs, event) {
    if (!state.isTimedOut) {
      state.undo = { cwndBytes: state.cwndBytes, ssthreshBytes: state.ssthreshBytes };
      state.ssthreshBytes = halved(state, event);
    }
    state.isTimedOut = true;
    state.countedBytes = 0;
    state.cwndBytes = state.mssBytes;
  },
  onSpurious(state) {
    if (state.undo === undefined) return;
    state.cwndBytes = Math.max(state.cwndBytes, state.undo.cwndBytes);
    state.ssthreshBytes = state.undo.ssthreshBytes;
    state.undo = undefined;
  },
  onIdle(state, _nowNs, idleNs, rtoNs) {
    restartAfterIdle(state, idleNs, rtoNs);
  },
  onMss(state, mssBytes) {
    state.mssBytes = mssBytes;
    state.cwndBytes = Math.max(state.cwndBytes, mssBytes);
  },
};

/** RFC 5681 3.1 (2) with RFC 3465 2.2: two segments an ACK at most, one after a time-out. */
function growExponentially(state: NewRenoState, ack: AckFacts, afterTimeout: boolean): void {
  const limit = afterTimeout || ack.phase === 'loss' ? 1 : 2;
  state.cwndBytes += Math.min(ack.ackedBytes, limit * state.mssBytes);
}

/** RFC 5681 3.1 (3) with RFC 3465 2.1: a segment for each window acknowledged. */
function growLinearly(state: NewRenoState, ack: AckFacts): void {
  state.countedBytes += ack.ackedBytes;
  while (state.countedBytes >= state.cwndBytes) {
    state.countedBytes -= state.cwndBytes;
    state.cwndBytes += state.mssBytes;
  }
}

/** RFC 5681 3.1 (4). */
function halved(state: NewRenoState, event: CongestionEvent): number {
  return Math.max(event.inflightBytes / 2, leastThresholdBytes(state.mssBytes));
}
