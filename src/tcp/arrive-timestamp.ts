/** Protection against wrapped sequences, and which timestamp is echoed (RFC 7323 4.3, 5). */
import { nsPerSecond } from '../base/time.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';

/** RFC 7323 5.5: after 24 days the timestamp may have wrapped itself. */
const validNs = 24 * 86_400 * nsPerSecond;

/** RFC 7323 5.3, R1. */
export function isOutdated(
  { options }: Connection,
  nowNs: number,
  { timestampValue }: ArrivedSegment,
): boolean {
  const aheadMs = (timestampValue - options.recentTimestamp) | 0;
  return aheadMs < 0 && nowNs - options.recentAtNs <= validNs;
}

/** RFC 7323 5.3, R3: of the segment that the last ACK was waiting for, or one before. */
export function noteTimestamp(
  { options }: Connection,
  nowNs: number,
  { sequence, timestampValue }: ArrivedSegment,
): void {
  if (sequence > options.lastAckSent) return;
  options.recentTimestamp = timestampValue;
  options.recentAtNs = nowNs;
}
