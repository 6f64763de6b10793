/** The retransmission timer's arithmetic: RFC 6298, with the weights of RFC 7323 G for many samples a round. */
import { nsPerMs, nsPerSecond } from '../../base/time.ts';

/** RFC 6298 2.1. */
export const initialRtoNs = nsPerSecond;
/** RFC 6298 5.7: what a connection starts data with when its SYN had to be repeated. */
export const rtoAfterLostSynNs = 3 * nsPerSecond;
/**
 * RFC 6298 2.4 asks for a second at least. Like Linux we take less, since a tail-loss probe comes first, and
 * count it from the round trip: a delayed acknowledgement may wait so long, however far away it waits.
 */
export const leastMarginNs = 200 * nsPerMs;
/** RFC 6298 2.5: a bound of 60 s or more. */
export const largestRtoNs = 120 * nsPerSecond;
/** RFC 6298 2.2: K. */
const variances = 4;

export interface RtoState {
  /** 0 until the first sample. */
  srttNs: number;
  rttVariationNs: number;
  /** Before backing off. */
  baseRtoNs: number;
  /** How often the timer has expired since the last acknowledgement of new data. */
  backoffs: number;
}

export function makeRto(): RtoState {
  return { srttNs: 0, rttVariationNs: 0, baseRtoNs: initialRtoNs, backoffs: 0 };
}

/** A round trip of a segment that was sent once, or whose echo tells which sending was answered (RFC 6298 3). */
export function sampleRtt(state: RtoState, rttNs: number, samplesARound = 1): void {
  if (state.srttNs === 0) {
    state.srttNs = Math.max(1, rttNs);
    state.rttVariationNs = rttNs / 2;
  } else {
    const distanceNs = Math.abs(state.srttNs - rttNs);
    state.rttVariationNs += (distanceNs - state.rttVariationNs) / (4 * samplesARound);
    state.srttNs = Math.max(1, state.srttNs + (rttNs - state.srttNs) / (8 * samplesARound));
  }
  const marginNs = Math.max(leastMarginNs, variances * state.rttVariationNs);
  state.baseRtoNs = Math.min(Math.round(state.srttNs + marginNs), largestRtoNs);
}

/** RFC 7323 G: how many samples a round trip gives when every second segment is acknowledged. */
export function expectedSamples(flightBytes: number, segmentBytes: number): number {
  return Math.max(1, Math.ceil(flightBytes / (2 * segmentBytes)));
}

/** How long the timer runs now: the base, doubled with each expiry (RFC 6298 5.5). */
export function currentRtoNs(state: RtoState): number {
  return Math.min(state.baseRtoNs * 2 ** Math.min(state.backoffs, 30), largestRtoNs);
}

/** The timer expired. */
export function backOff(state: RtoState): void {
  state.backoffs += 1;
}

/** RFC 6298 5.3: new data was acknowledged. */
export function endBackoff(state: RtoState): void {
  state.backoffs = 0;
}

/** RFC 6298 5.7: the handshake is done; `synExpiries` is how often its timer had expired. */
export function startDataAfterHandshake(state: RtoState, synExpiries: number): void {
  state.backoffs = 0;
  if (synExpiries > 0 && state.srttNs === 0) state.baseRtoNs = rtoAfterLostSynNs;
}
