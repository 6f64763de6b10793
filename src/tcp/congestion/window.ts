/** What window-based controllers have in common: RFC 5681, RFC 6928. */
import type { AckFacts, CongestionState } from './controller.ts';

/** RFC 6928 2: what may leave before the first ACK. */
export function initialWindowBytes(mssBytes: number): number {
  return Math.min(10 * mssBytes, Math.max(2 * mssBytes, 14_600));
}

/** RFC 5681 3.1: never below two segments. */
export function leastThresholdBytes(mssBytes: number): number {
  return 2 * mssBytes;
}

export function isInSlowStart(state: Readonly<CongestionState>): boolean {
  return state.cwndBytes < state.ssthreshBytes;
}

/**
 * Whether this ACK may make the window grow: the machine doesn't hold it during a recovery, new data was
 * acknowledged, and the window was what held the sender back (RFC 7661, RFC 9438 5.8).
 */
export function mayGrow(ack: AckFacts): boolean {
  const isHeld = ack.phase === 'recovery' || ack.phase === 'reduced';
  return !isHeld && ack.ackedBytes > 0 && ack.isWindowLimited;
}

/** What `onSpurious` puts back. */
export interface Undo {
  cwndBytes: number;
  ssthreshBytes: number;
}

/** RFC 5681 4.1: after a pause longer than the time-out there is no ACK clock: start as a new connection. */
export function restartAfterIdle(state: CongestionState, idleNs: number, rtoNs: number): void {
  if (idleNs <= rtoNs) return;
  state.cwndBytes = Math.min(state.cwndBytes, initialWindowBytes(state.mssBytes));
}
