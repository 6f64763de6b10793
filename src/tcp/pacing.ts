/** Segments leave at the controller's rate, in groups of a millisecond's worth. */
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Connection } from './connection.ts';

const groupNs = nsPerMs;

/** Whether a segment may leave now; if not, the timer that says when. */
export function mayLeave({ send, congestion, timers }: Connection, nowNs: number): boolean {
  if (congestion.pacingRateBps === Number.POSITIVE_INFINITY) return true;
  if (send.pacedToAtNs <= nowNs + groupNs) return true;
  timers.pacedAtNs = send.pacedToAtNs;
  return false;
}

export function spendPacing({ send, congestion }: Connection, nowNs: number, bytes: number): void {
  const rateBps = congestion.pacingRateBps;
  if (rateBps === Number.POSITIVE_INFINITY) return;
  send.pacedToAtNs = Math.max(send.pacedToAtNs, nowNs) + (bytes * 8 * nsPerSecond) / rateBps;
}
