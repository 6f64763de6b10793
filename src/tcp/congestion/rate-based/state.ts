/**
 * A rate-based controller of the BBR kind (draft-ietf-ccwg-bbr is the reference; "2.9" and so on in the
 * comments are its parameter names' values). It models the path by two figures, the bandwidth and the least
 * round trip, and keeps about their product in flight.
 */
import { never } from '../../../base/time.ts';
import type { CongestionState, PathFacts } from '../controller.ts';
import { initialWindowBytes } from '../window.ts';

/** The draft's states; those of ProbeBW are spelled out. */
export type RatePhase =
  | 'startup'
  | 'drain'
  | 'probe-down'
  | 'probe-cruise'
  | 'probe-refill'
  | 'probe-up'
  | 'probe-rtt';

export interface RateBasedState extends CongestionState {
  readonly kind: 'rate-based';
  phase: RatePhase;
  readonly bandwidth: BandwidthModel;
  readonly roundTrip: RoundTripModel;
  readonly round: RoundState;
  readonly bounds: InflightBounds;
  readonly startup: StartupState;
  readonly growth: GrowthState;
  readonly cycle: CycleState;
  readonly ackHeights: AckHeights;
  /** What the window was before a time-out or a ProbeRTT cut it; 0: nothing to put back. */
  savedCwndBytes: number;
}

/** MaxBw: the larger of what this cycle and the last one saw. */
export interface BandwidthModel {
  lastCycleBps: number;
  thisCycleBps: number;
}

export interface RoundTripModel {
  /** MinRTT over 10 s, and when it was seen. */
  minNs: number;
  minAtNs: number;
  /** The newest sample. */
  lastNs: number;
  /** The same over 5 s: when it grows old, ProbeRTT looks again. */
  probeMinNs: number;
  probeMinAtNs: number;
  /** When ProbeRTT may end, once what is in flight is low enough; `never` before. */
  probeDoneAtNs: number;
  probeRoundDone: boolean;
}

export interface RoundState {
  /** Delivered bytes at which the round that runs ends. */
  endsAtBytes: number;
  count: number;
  isStart: boolean;
  lossBytes: number;
  deliveredBytes: number;
  /** The best sample and the most delivered in this round, for the lower bounds. */
  bestBps: number;
  mostDeliveredBytes: number;
}

/** The long-term bound above (inflight_longterm) and the short-term ones below it; Infinity: not known. */
export interface InflightBounds {
  longTermBytes: number;
  shortTermBytes: number;
  shortTermBps: number;
}

export interface StartupState {
  isPipeFull: boolean;
}

/** Of the rate, while Startup or a probe pushes it (full_bw, full_bw_count). */
export interface GrowthState {
  fromBps: number;
  roundsWithout: number;
}

export interface CycleState {
  startedAtNs: number;
  rounds: number;
  /** How long until the next probe, drawn from what was delivered. */
  waitNs: number;
  /** Losses are still answers to a probe for bandwidth. */
  isProbeSampled: boolean;
  /** A probe grows the long-term bound by 1, 2, 4, … segments a round. */
  growthRounds: number;
}

/** How far ACKs run ahead of the bandwidth (aggregation), over the last two spans of rounds. */
export interface AckHeights {
  startedAtNs: number;
  ackedBytes: number;
  lastSpanBytes: number;
  thisSpanBytes: number;
}

export function makeRateBased(nowNs: number, { mssBytes, rttNs }: PathFacts): RateBasedState {
  const minNs = rttNs > 0 ? rttNs : never;
  return {
    kind: 'rate-based',
    cwndBytes: initialWindowBytes(mssBytes),
    ssthreshBytes: Number.POSITIVE_INFINITY,
    pacingRateBps: Number.POSITIVE_INFINITY,
    mssBytes,
    phase: 'startup',
    bandwidth: { lastCycleBps: 0, thisCycleBps: 0 },
    roundTrip: {
      minNs,
      minAtNs: nowNs,
      lastNs: rttNs,
      probeMinNs: minNs,
      probeMinAtNs: nowNs,
      probeDoneAtNs: never,
      probeRoundDone: false,
    },
    round: makeRound(),
    bounds: { longTermBytes: never, shortTermBytes: never, shortTermBps: never },
    startup: { isPipeFull: false },
    growth: { fromBps: 0, roundsWithout: 0 },
    cycle: makeCycle(nowNs),
    ackHeights: { startedAtNs: nowNs, ackedBytes: 0, lastSpanBytes: 0, thisSpanBytes: 0 },
    savedCwndBytes: 0,
  };
}

function makeRound(): RoundState {
  const sums = { lossBytes: 0, deliveredBytes: 0, bestBps: 0, mostDeliveredBytes: 0 };
  return { endsAtBytes: 0, count: 0, isStart: false, ...sums };
}

function makeCycle(nowNs: number): CycleState {
  return { startedAtNs: nowNs, rounds: 0, waitNs: 0, isProbeSampled: false, growthRounds: 0 };
}
