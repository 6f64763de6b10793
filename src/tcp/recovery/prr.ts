/** Proportional rate reduction (RFC 6937): how much each ACK lets out during a recovery. */

export interface PrrState {
  /** RecoverFS: what was in flight when the recovery began. */
  flightBytes: number;
  /** prr_delivered and prr_out. */
  deliveredBytes: number;
  sentBytes: number;
}

export function makePrr(): PrrState {
  return { flightBytes: 0, deliveredBytes: 0, sentBytes: 0 };
}

/** RFC 6937 3: at the beginning of a recovery, before the first retransmission. */
export function startPrr(state: PrrState, flightBytes: number): void {
  state.flightBytes = Math.max(1, flightBytes);
  state.deliveredBytes = 0;
  state.sentBytes = 0;
}

/** What goes out during a recovery, retransmissions and new data alike. */
export function notePrrSent(state: PrrState, bytes: number): void {
  state.sentBytes += bytes;
}

/**
 * RFC 6937 3.1, on each ACK: how many bytes may go out now. `isSafe`: the ACK advances SND.UNA and shows no further
 * loss; only then the lost ground is made up by slow start (PRR-SSRB), and else by what was delivered (PRR-CRB),
 * as the RFC's successor has it.
 */
export function prrAllowance(
  state: PrrState,
  ack: {
    /** Newly acknowledged, cumulatively and selectively. */
    readonly deliveredBytes: number;
    readonly pipeBytes: number;
    readonly ssthreshBytes: number;
    readonly segmentBytes: number;
    readonly isSafe: boolean;
  },
): number {
  state.deliveredBytes += ack.deliveredBytes;
  // The segment that a recovery begins with goes out whatever the arithmetic says.
  const leastBytes = state.sentBytes === 0 ? ack.segmentBytes : 0;
  if (ack.pipeBytes > ack.ssthreshBytes) {
    const share = (state.deliveredBytes * ack.ssthreshBytes) / state.flightBytes;
    return Math.max(leastBytes, Math.ceil(share) - state.sentBytes);
  }
  let limitBytes = Math.max(state.deliveredBytes - state.sentBytes, ack.deliveredBytes);
  if (ack.isSafe) limitBytes += ack.segmentBytes;
  return Math.max(leastBytes, Math.min(ack.ssthreshBytes - ack.pipeBytes, limitBytes));
}
