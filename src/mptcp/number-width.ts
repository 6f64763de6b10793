/**
 * Whole numbers of data or their low halves: whole ones where the low half could come round within the longest
 * life of a segment (RFC 8684 3.3.1, a MUST). Low halves leave acknowledgments more room for SACK.
 */
import { nsPerSecond } from '../base/time.ts';
import type { MptcpConnection } from './connection.ts';
import { settleSegmentSize } from './segment-room.ts';

/** RFC 9293 3.4.2: two minutes. */
const longestLifeNs = 120 * nsPerSecond;
/** Of 2^32, with room for what is sent before the next look. */
const mostBytes = 0.9 * 2 ** 32;

export function countGiven(owner: MptcpConnection, bytes: number, nowNs: number): void {
  const { send } = owner;
  if (send.isWide) return;
  if (nowNs - send.countedFromNs > longestLifeNs) {
    send.countedBeforeBytes = send.countedBytes;
    send.countedBytes = 0;
    send.countedFromNs = nowNs;
  }
  send.countedBytes += bytes;
  if (send.countedBytes + send.countedBeforeBytes < mostBytes) return;
  send.isWide = true;
  for (const subflow of owner.subflows) settleSegmentSize(subflow);
}
