/** CUBIC (RFC 9438), its first slow start by HyStart++ (RFC 9406). */
import { never } from '../../base/time.ts';
import type { AckFacts, CongestionState, Controller } from './controller.ts';
import {
  beginEpoch,
  type CubicEpoch,
  cubicBeta,
  growOnCurve,
  lowerPlateau,
} from './cubic-curve.ts';
import { growHyStart, type HyStartState, makeHyStart } from './hystart.ts';
import {
  initialWindowBytes,
  isInSlowStart,
  leastThresholdBytes,
  mayGrow,
  restartAfterIdle,
  type Undo,
} from './window.ts';

export interface CubicState extends CongestionState {
  readonly kind: 'cubic';
  readonly epoch: CubicEpoch;
  readonly hystart: HyStartState;
  srttNs: number;
  lastAckAtNs: number;
  /** RFC 9438 4.8: the next congestion avoidance begins with K = 0. */
  isAfterTimeout: boolean;
  /** A time-out without an acknowledgement since: the threshold was lowered already (RFC 5681 3.1). */
  isTimedOut: boolean;
  undo: (Undo & { readonly epoch: CubicEpoch }) | undefined;
}

export const cubic: Controller<CubicState> = {
  usesRateReduction: true,
  create: (nowNs, { mssBytes, rttNs }) => ({
    kind: 'cubic',
    cwndBytes: initialWindowBytes(mssBytes),
    ssthreshBytes: Number.POSITIVE_INFINITY,
    pacingRateBps: Number.POSITIVE_INFINITY,
    mssBytes,
    epoch: makeEpoch(),
    hystart: makeHyStart(),
    srttNs: rttNs,
    lastAckAtNs: nowNs,
    isAfterTimeout: false,
    isTimedOut: false,
    undo: undefined,
  }),
  onSent() {},
  onAck(state, nowNs, ack) {
    if (ack.ackedBytes > 0) state.isTimedOut = false;
    if (ack.rttNs > 0) smoothRtt(state, ack.rttNs);
    if (isInSlowStart(state)) growInSlowStart(state, ack);
    else growInAvoidance(state, nowNs, ack);
    state.lastAckAtNs = nowNs;
  },
  onCongestion(state, _nowNs, event) {
    giveWay(state);
    if (event.cause === 'ecn') state.cwndBytes = state.ssthreshBytes;
  },
  onRecovered(state) {
    state.cwndBytes = Math.max(state.ssthreshBytes, state.mssBytes);
    state.epoch.startedAtNs = never;
  },
  onTimeout(state) {
    if (!state.isTimedOut) giveWay(state);
    state.isTimedOut = true;
    state.isAfterTimeout = true;
    state.cwndBytes = state.mssBytes;
  },
  onSpurious(state) {
    if (state.undo === undefined) return;
    // RFC 9438 4.9.
    state.cwndBytes = Math.max(state.cwndBytes, state.undo.cwndBytes);
    state.ssthreshBytes = state.undo.ssthreshBytes;
    Object.assign(state.epoch, state.undo.epoch);
    state.isAfterTimeout = false;
    state.undo = undefined;
  },
  onIdle(state, _nowNs, idleNs, rtoNs) {
    restartAfterIdle(state, idleNs, rtoNs);
    state.epoch.startedAtNs = never;
  },
  onMss(state, mssBytes) {
    const ratio = state.mssBytes / mssBytes;
    state.epoch.plateauSegments *= ratio;
    state.epoch.renoSegments *= ratio;
    state.epoch.priorSegments *= ratio;
    state.mssBytes = mssBytes;
    state.cwndBytes = Math.max(state.cwndBytes, mssBytes);
  },
};

function makeEpoch(): CubicEpoch {
  const segments = { plateauSegments: 0, renoSegments: 0, priorSegments: 0 };
  return { startedAtNs: never, plateauNs: 0, ...segments };
}

/** RFC 6298 2: the machine has its own; this one needs no more than to be near. */
function smoothRtt(state: CubicState, rttNs: number): void {
  state.srttNs = state.srttNs === 0 ? rttNs : state.srttNs + (rttNs - state.srttNs) / 8;
}

function growInSlowStart(state: CubicState, ack: AckFacts): void {
  if (state.hystart.phase === 'done' || state.ssthreshBytes !== Number.POSITIVE_INFINITY) {
    // RFC 9406 4.2: HyStart++ is for the first slow start; later ones have a threshold to go by.
    if (mayGrow(ack)) state.cwndBytes += Math.min(ack.ackedBytes, 2 * state.mssBytes);
    return;
  }
  if (ack.phase !== 'open') return;
  const growth = growHyStart(state.hystart, ack, state.mssBytes);
  if (mayGrow(ack)) state.cwndBytes += growth;
  if (hasEnded(state.hystart)) state.ssthreshBytes = state.cwndBytes;
}

function hasEnded(hystart: HyStartState): boolean {
  return hystart.phase === 'done';
}

function growInAvoidance(state: CubicState, nowNs: number, ack: AckFacts): void {
  const { epoch, mssBytes } = state;
  if (!mayGrow(ack)) {
    // RFC 9438 5.8: time in which the window was not the limit doesn't count.
    epoch.startedAtNs += nowNs - state.lastAckAtNs;
    return;
  }
  const windowSegments = state.cwndBytes / mssBytes;
  if (epoch.startedAtNs === never) {
    beginEpoch(epoch, nowNs, windowSegments, state.isAfterTimeout);
    state.isAfterTimeout = false;
  }
  const facts = { ackedSegments: ack.ackedBytes / mssBytes, srttNs: state.srttNs };
  state.cwndBytes = growOnCurve(epoch, nowNs, facts, windowSegments) * mssBytes;
}

/**
 * RFC 9438 4.6. The window stands for the flight: it doesn't grow where the flight was smaller (`mayGrow`), and
 * the flight of that moment lacks what was lost.
 */
function giveWay(state: CubicState): void {
  const { cwndBytes, ssthreshBytes, mssBytes } = state;
  state.undo = { cwndBytes, ssthreshBytes, epoch: { ...state.epoch } };
  lowerPlateau(state.epoch, cwndBytes / mssBytes);
  state.ssthreshBytes = Math.max(cubicBeta * cwndBytes, leastThresholdBytes(mssBytes));
  state.epoch.startedAtNs = never;
}
