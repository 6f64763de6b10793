/**
 * How fast the network delivers, a sample an ACK (draft-cheng-iccrg-delivery-rate-estimation): bytes delivered
 * between two points, over the longer of the time it took to send them and to see them acknowledged.
 */
import { nsPerSecond } from '../../base/time.ts';

export interface DeliveryState {
  /** C.delivered: acknowledged in any way since the connection began. */
  deliveredBytes: number;
  /** C.delivered_time. */
  deliveredAtNs: number;
  /** C.first_sent_time: when the sampling interval's first segment was sent. */
  firstSentAtNs: number;
  /** C.app_limited: until so much is delivered, samples are of the application; 0: of the network. */
  appLimitedUntilBytes: number;
}

/** What each segment carries from when it was last sent. */
export interface DeliveryStamp {
  sentAtNs: number;
  deliveredAtNs: number;
  /** -1: already counted. */
  deliveredBytes: number;
  firstSentAtNs: number;
  isAppLimited: boolean;
}

/** Filled segment by segment during an ACK: `beginRateSample`, `countDelivered` each, `finishRateSample`. */
export interface RateSample {
  /** -1: no segment yet. */
  priorDeliveredBytes: number;
  priorAtNs: number;
  sendElapsedNs: number;
  ackElapsedNs: number;
  isAppLimited: boolean;
  /** 0: the ACK gave no usable sample. */
  rateBps: number;
  deliveredBytes: number;
  intervalNs: number;
}

export function makeDelivery(): DeliveryState {
  return { deliveredBytes: 0, deliveredAtNs: 0, firstSentAtNs: 0, appLimitedUntilBytes: 0 };
}

export function makeStamp(): DeliveryStamp {
  const times = { sentAtNs: 0, deliveredAtNs: 0, firstSentAtNs: 0 };
  return { ...times, deliveredBytes: -1, isAppLimited: false };
}

export function makeRateSample(): RateSample {
  const times = { priorAtNs: 0, sendElapsedNs: 0, ackElapsedNs: 0, intervalNs: 0 };
  return { ...times, priorDeliveredBytes: -1, isAppLimited: false, rateBps: 0, deliveredBytes: 0 };
}

/** 3.2: a segment goes out, for the first time or again; `flightBytes` without it. */
export function stampSent(
  state: DeliveryState,
  stamp: DeliveryStamp,
  flightBytes: number,
  nowNs: number,
): void {
  if (flightBytes === 0) {
    state.firstSentAtNs = nowNs;
    state.deliveredAtNs = nowNs;
  }
  stamp.sentAtNs = nowNs;
  stamp.firstSentAtNs = state.firstSentAtNs;
  stamp.deliveredAtNs = state.deliveredAtNs;
  stamp.deliveredBytes = state.deliveredBytes;
  stamp.isAppLimited = state.appLimitedUntilBytes !== 0;
}

export function beginRateSample(sample: RateSample): void {
  sample.priorDeliveredBytes = -1;
  sample.rateBps = 0;
  sample.deliveredBytes = 0;
  sample.intervalNs = 0;
  sample.isAppLimited = false;
}

/** 3.3: a segment of `bytes` is acknowledged, cumulatively or selectively; a second time counts nothing. */
export function countDelivered(
  state: DeliveryState,
  sample: RateSample,
  stamp: DeliveryStamp,
  bytes: number,
  nowNs: number,
): void {
  if (stamp.deliveredBytes < 0) return;
  state.deliveredBytes += bytes;
  state.deliveredAtNs = nowNs;
  if (isNewest(sample, stamp, state)) {
    sample.priorDeliveredBytes = stamp.deliveredBytes;
    sample.priorAtNs = stamp.deliveredAtNs;
    sample.isAppLimited = stamp.isAppLimited;
    sample.sendElapsedNs = stamp.sentAtNs - stamp.firstSentAtNs;
    sample.ackElapsedNs = nowNs - stamp.deliveredAtNs;
    state.firstSentAtNs = stamp.sentAtNs;
  }
  stamp.deliveredBytes = -1;
}

/** Of what an ACK covers, the segment sent last tells the interval. */
function isNewest(sample: RateSample, stamp: DeliveryStamp, state: DeliveryState): boolean {
  if (sample.priorDeliveredBytes < 0) return true;
  if (stamp.deliveredBytes !== sample.priorDeliveredBytes) {
    return stamp.deliveredBytes > sample.priorDeliveredBytes;
  }
  return stamp.sentAtNs > state.firstSentAtNs;
}

/** 3.3: GenerateRateSample. An interval shorter than the least round trip is an artefact and gives no rate. */
export function finishRateSample(state: DeliveryState, sample: RateSample, minRttNs: number): void {
  if (state.appLimitedUntilBytes !== 0 && state.deliveredBytes > state.appLimitedUntilBytes) {
    state.appLimitedUntilBytes = 0;
  }
  if (sample.priorDeliveredBytes < 0) return;
  sample.deliveredBytes = state.deliveredBytes - sample.priorDeliveredBytes;
  sample.intervalNs = Math.max(sample.sendElapsedNs, sample.ackElapsedNs);
  if (sample.intervalNs < minRttNs || sample.intervalNs === 0) return;
  sample.rateBps = (sample.deliveredBytes * 8 * nsPerSecond) / sample.intervalNs;
}

/** 3.4: the application had nothing more to send while the window would have let it. */
export function noteAppLimited(state: DeliveryState, flightBytes: number): void {
  state.appLimitedUntilBytes = Math.max(1, state.deliveredBytes + flightBytes);
}
