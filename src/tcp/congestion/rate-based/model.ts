/** What the path is taken for: bandwidth, least round trip, rounds, and what may be in flight. */
import { never, nsPerMs, nsPerSecond } from '../../../base/time.ts';
import type { AckFacts } from '../controller.ts';
import type { RateBasedState } from './state.ts';

/** MinRTTFilterLen and ProbeRTTInterval. */
const minRttFilterNs = 10 * nsPerSecond;
const probeRttIntervalNs = 5 * nsPerSecond;
/** MinPipeCwnd. */
const leastSegments = 4;
/** How many rounds a maximum of ACK aggregation is remembered: extra_acked over 10 packet-timed rounds. */
const heightRounds = 5;

export function maxBandwidthBps(state: Readonly<RateBasedState>): number {
  return Math.max(state.bandwidth.lastCycleBps, state.bandwidth.thisCycleBps);
}

/** What is sent by: the maximum, unless losses spoke for less since the last probe. */
export function bandwidthBps(state: Readonly<RateBasedState>): number {
  return Math.min(maxBandwidthBps(state), state.bounds.shortTermBps);
}

/** `gain` times bandwidth times least round trip; the initial window while neither is known. */
export function bdpBytes(state: Readonly<RateBasedState>, rateBps: number, gain: number): number {
  if (state.roundTrip.minNs === never || rateBps === 0) return state.cwndBytes;
  return (gain * rateBps * state.roundTrip.minNs) / 8 / nsPerSecond;
}

/** BBRInflight: the product, and room for bursts on the way. */
export function targetBytes(
  state: Readonly<RateBasedState>,
  rateBps: number,
  gain: number,
): number {
  const bytes = bdpBytes(state, rateBps, gain) + 3 * quantumBytes(state);
  return Math.max(bytes, leastBytes(state));
}

export function leastBytes(state: Readonly<RateBasedState>): number {
  return leastSegments * state.mssBytes;
}

/** BBRSetSendQuantum: a millisecond's worth, from 2 segments to 64 KiB. */
function quantumBytes(state: Readonly<RateBasedState>): number {
  const paced =
    state.pacingRateBps === never ? 0 : (state.pacingRateBps * nsPerMs) / 8 / nsPerSecond;
  return Math.max(2 * state.mssBytes, Math.min(paced, 65_536));
}

/** BBRUpdateRound, and the sums that belong to a round. */
export function countRound(state: RateBasedState, ack: AckFacts): void {
  const { round } = state;
  round.isStart = ack.priorDeliveredBytes >= round.endsAtBytes;
  round.lossBytes += ack.lossBytes;
  round.deliveredBytes += ack.newlyDeliveredBytes;
  round.bestBps = Math.max(round.bestBps, ack.deliveryRateBps);
  const delivered = ack.deliveredBytes - ack.priorDeliveredBytes;
  round.mostDeliveredBytes = Math.max(round.mostDeliveredBytes, delivered);
  if (!round.isStart) return;
  round.endsAtBytes = ack.deliveredBytes;
  round.count += 1;
  state.cycle.rounds += 1;
  turnHeights(state);
}

/** After everything looked at the round that ended. */
export function clearRound(state: RateBasedState): void {
  const { round } = state;
  if (!round.isStart) return;
  round.lossBytes = 0;
  round.deliveredBytes = 0;
  round.bestBps = 0;
  round.mostDeliveredBytes = 0;
}

/** A sample taken while the application was short of data may raise the figure, never lower it. */
export function sampleBandwidth(state: RateBasedState, ack: AckFacts): void {
  const rateBps = ack.deliveryRateBps;
  if (rateBps === 0 || (ack.isAppLimited && rateBps < maxBandwidthBps(state))) return;
  state.bandwidth.thisCycleBps = Math.max(state.bandwidth.thisCycleBps, rateBps);
}

/** BBRAdvanceMaxBwFilter: a probe was answered. A cycle that saw nothing keeps what the last one saw. */
export function turnBandwidth(state: RateBasedState): void {
  if (state.bandwidth.thisCycleBps === 0) return;
  state.bandwidth.lastCycleBps = state.bandwidth.thisCycleBps;
  state.bandwidth.thisCycleBps = 0;
}

/** BBRUpdateMinRTT; true: the least round trip was not seen for so long that it is to be looked for. */
export function sampleRoundTrip(state: RateBasedState, nowNs: number, rttNs: number): boolean {
  const { roundTrip } = state;
  if (rttNs > 0) roundTrip.lastNs = rttNs;
  const isOld = nowNs > roundTrip.probeMinAtNs + probeRttIntervalNs;
  if (rttNs > 0 && (rttNs <= roundTrip.probeMinNs || isOld)) {
    roundTrip.probeMinNs = rttNs;
    roundTrip.probeMinAtNs = nowNs;
  }
  const isExpired = nowNs > roundTrip.minAtNs + minRttFilterNs;
  if (roundTrip.probeMinNs <= roundTrip.minNs || isExpired) {
    roundTrip.minNs = roundTrip.probeMinNs;
    roundTrip.minAtNs = roundTrip.probeMinAtNs;
  }
  return isOld;
}

/** BBRUpdateACKAggregation: bytes acknowledged beyond what the bandwidth would have brought. */
export function sampleHeight(state: RateBasedState, nowNs: number, ackedBytes: number): void {
  const { ackHeights } = state;
  const spanNs = nowNs - ackHeights.startedAtNs;
  const expectedBytes = (bandwidthBps(state) * spanNs) / 8 / nsPerSecond;
  if (ackHeights.ackedBytes <= expectedBytes) {
    ackHeights.startedAtNs = nowNs;
    ackHeights.ackedBytes = 0;
  }
  ackHeights.ackedBytes += ackedBytes;
  const ahead = ackHeights.ackedBytes - (ackHeights.startedAtNs === nowNs ? 0 : expectedBytes);
  const extraBytes = Math.min(ahead, state.cwndBytes);
  ackHeights.thisSpanBytes = Math.max(ackHeights.thisSpanBytes, extraBytes);
}

export function heightBytes(state: Readonly<RateBasedState>): number {
  return Math.max(state.ackHeights.lastSpanBytes, state.ackHeights.thisSpanBytes);
}

function turnHeights(state: RateBasedState): void {
  if (state.round.count % heightRounds !== 0) return;
  state.ackHeights.lastSpanBytes = state.ackHeights.thisSpanBytes;
  state.ackHeights.thisSpanBytes = 0;
}
