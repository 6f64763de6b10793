/**
 * RACK (RFC 8985): a segment is lost when one sent sufficiently later has arrived. Sequences are compared
 * modulo 2^32, so 32-bit sequence numbers and unwrapped stream offsets both do.
 */
import { never } from '../../base/time.ts';

/** RFC 8985 5.2: of segments that were sent and are not yet cumulatively acknowledged. */
export interface RackSegment {
  /** The last time it was sent. */
  sentAtNs: number;
  /** The sequence after its last byte. */
  readonly endSequence: number;
  isRetransmitted: boolean;
  isSacked: boolean;
  /** Deemed lost, and not sent again since. */
  isLost: boolean;
}

export interface RackState {
  /** RACK.xmit_ts and RACK.end_seq: of the segment sent last among those that arrived. */
  sentAtNs: number;
  endSequence: number;
  rttNs: number;
  minRttNs: number;
  /** RACK.fack: the highest sequence that arrived. */
  forwardSequence: number;
  hasReordering: boolean;
  reorderMultiple: number;
  reorderPersist: number;
  /** RACK.dsack_round, while a D-SACK's round lasts. */
  dsackRoundEnd: number | undefined;
}

/** RFC 8985 3.3.1. */
const duplicateThreshold = 3;
/** RFC 8985 6.2 step 4. */
const persistRecoveries = 16;

export function makeRack(initialSequence: number): RackState {
  return {
    sentAtNs: Number.NEGATIVE_INFINITY,
    endSequence: initialSequence,
    rttNs: 0,
    minRttNs: never,
    forwardSequence: initialSequence,
    hasReordering: false,
    reorderMultiple: 1,
    reorderPersist: persistRecoveries,
    dsackRoundEnd: undefined,
  };
}

/**
 * RFC 8985 6.2 steps 1 to 3, for each segment that an ACK newly acknowledges, cumulatively or selectively.
 * `echoedAtNs`: when the segment was sent that the ACK's timestamp echoes, if it has one.
 */
export function noteDelivered(
  state: RackState,
  segment: Readonly<RackSegment>,
  nowNs: number,
  echoedAtNs?: number,
): void {
  const rttNs = nowNs - segment.sentAtNs;
  if (!isOfOlderSending(state, segment, rttNs, echoedAtNs)) {
    const isCertain = !segment.isRetransmitted || echoedAtNs !== undefined;
    if (isCertain && rttNs < state.minRttNs) state.minRttNs = rttNs;
    state.rttNs = rttNs;
    if (wasSentAfter(segment.sentAtNs, segment.endSequence, state.sentAtNs, state.endSequence)) {
      state.sentAtNs = segment.sentAtNs;
      state.endSequence = segment.endSequence;
    }
  }
  const aheadBytes = (segment.endSequence - state.forwardSequence) | 0;
  if (aheadBytes > 0) state.forwardSequence = segment.endSequence;
  else if (aheadBytes < 0 && !segment.isRetransmitted) state.hasReordering = true;
}

/** RFC 8985 6.2 step 2: the acknowledgement may be of an earlier sending, and then tells nothing of this one. */
function isOfOlderSending(
  state: RackState,
  segment: Readonly<RackSegment>,
  rttNs: number,
  echoedAtNs: number | undefined,
): boolean {
  if (!segment.isRetransmitted) return false;
  if (echoedAtNs !== undefined && echoedAtNs < segment.sentAtNs) return true;
  return state.minRttNs !== never && rttNs < state.minRttNs;
}

/** RFC 8985 6.2 step 4, on each ACK: the reordering window grows for a round that saw a D-SACK. */
export function adaptReorderWindow(
  state: RackState,
  ack: { readonly una: number; readonly next: number; readonly hasDsack: boolean },
): void {
  if (state.dsackRoundEnd !== undefined && ((ack.una - state.dsackRoundEnd) | 0) >= 0) {
    state.dsackRoundEnd = undefined;
  }
  if (!ack.hasDsack || state.dsackRoundEnd !== undefined) return;
  state.dsackRoundEnd = ack.next;
  state.reorderMultiple += 1;
  state.reorderPersist = persistRecoveries;
}

/** RFC 8985 6.2 step 4: a recovery is over, after a fast retransmission or a time-out. */
export function endRackRecovery(state: RackState): void {
  state.reorderPersist -= 1;
  if (state.reorderPersist <= 0) state.reorderMultiple = 1;
}

/** RFC 8985 6.2 step 4: how much later than its round trip an earlier segment may still come. */
export function reorderWindowNs(
  state: RackState,
  at: { readonly isInRecovery: boolean; readonly sackedSegments: number; readonly srttNs: number },
): number {
  if (!state.hasReordering) {
    if (at.isInRecovery || at.sackedSegments >= duplicateThreshold) return 0;
  }
  if (state.minRttNs === never) return 0;
  return Math.min((state.reorderMultiple * state.minRttNs) / 4, at.srttNs);
}

/**
 * RFC 8985 6.2 step 5 for one segment not yet acknowledged: when it is to be deemed lost; `never` while nothing sent
 * after it has arrived. It is lost when that moment is not after now.
 */
export function lossNs(state: RackState, segment: Readonly<RackSegment>, windowNs: number): number {
  const isBefore = wasSentAfter(
    state.sentAtNs,
    state.endSequence,
    segment.sentAtNs,
    segment.endSequence,
  );
  return isBefore ? segment.sentAtNs + state.rttNs + windowNs : never;
}

/**
 * RFC 8985 6.2 step 5: marks what is lost and says when to look again (`never`: nothing waits). Segments
 * in the order of sending could stop early; in the order of sequence, as here, all are looked at.
 */
export function detectLoss(
  state: RackState,
  segments: Iterable<RackSegment>,
  nowNs: number,
  windowNs: number,
  onLost: (segment: RackSegment) => void,
): number {
  let againNs = -1;
  for (const segment of segments) {
    if (segment.isSacked || segment.isLost) continue;
    const atNs = lossNs(state, segment, windowNs);
    if (atNs === never) continue;
    if (atNs > nowNs) {
      againNs = Math.max(againNs, atNs);
      continue;
    }
    segment.isLost = true;
    onLost(segment);
  }
  return againNs < 0 ? never : againNs;
}

/** RFC 8985 6.3: on a time-out, the first segment and whatever could have been acknowledged by now is lost. */
export function isLostOnTimeout(
  state: RackState,
  segment: Readonly<RackSegment>,
  isFirst: boolean,
  nowNs: number,
  windowNs: number,
): boolean {
  return isFirst || segment.sentAtNs + state.rttNs + windowNs <= nowNs;
}

/** RFC 8985 6.2: RACK_sent_after. */
export function wasSentAfter(
  sentAtNs: number,
  endSequence: number,
  otherSentAtNs: number,
  otherEndSequence: number,
): boolean {
  if (sentAtNs !== otherSentAtNs) return sentAtNs > otherSentAtNs;
  return ((endSequence - otherEndSequence) | 0) > 0;
}
