/** What arrived early, as SACK blocks (RFC 2018 4), a duplicate before them (RFC 2883 4). */
import { writeU32 } from '../base/bytes.ts';
import { largestTcpHeaderBytes, tcpHeaderBytes } from '../wire/tcp.ts';
import { tcpOptionKind } from '../wire/tcp-options.ts';
import type { ReceiveSide } from './connection.ts';
import type { Range } from './ranges.ts';
import { wrapSequence } from './sequence.ts';

/** Returns where the options end. */
export function writeSackBlocks(receive: ReceiveSide, bytes: Uint8Array, at: number): number {
  const { early, duplicateLeft, duplicateRight } = receive;
  if (duplicateLeft < 0 && early.list.length === 0) return at;
  const most = Math.floor((largestTcpHeaderBytes - at - 4) / 8);
  if (most <= 0) return at;
  let blockAt = at + 4;
  const end = blockAt + most * 8;
  if (duplicateLeft >= 0) blockAt = writeBlock(bytes, blockAt, duplicateLeft, duplicateRight);
  let below = Number.POSITIVE_INFINITY;
  while (blockAt < end) {
    const next = latestBelow(early.list, below);
    if (next === undefined) break;
    below = next.touched;
    blockAt = writeBlock(bytes, blockAt, next.left, next.right);
  }
  bytes[at] = tcpOptionKind.noOperation;
  bytes[at + 1] = tcpOptionKind.noOperation;
  bytes[at + 2] = tcpOptionKind.sack;
  bytes[at + 3] = blockAt - at - 2;
  return blockAt;
}

/** How many bytes of options the next segment spends on it. */
export function sackOptionBytes(receive: ReceiveSide, optionBytes: number): number {
  const { early, duplicateLeft } = receive;
  const wanted = early.list.length + (duplicateLeft < 0 ? 0 : 1);
  if (wanted === 0) return 0;
  const most = Math.floor((largestTcpHeaderBytes - tcpHeaderBytes - optionBytes - 4) / 8);
  return most <= 0 ? 0 : 4 + Math.min(wanted, most) * 8;
}

/** RFC 2018 4: the range that the segment just received belongs to comes first, then those touched before it. */
function latestBelow(list: readonly Range[], below: number): Range | undefined {
  let latest: Range | undefined;
  for (const range of list) {
    if (range.touched < below && (latest === undefined || range.touched > latest.touched)) {
      latest = range;
    }
  }
  return latest;
}

function writeBlock(bytes: Uint8Array, at: number, left: number, right: number): number {
  writeU32(bytes, at, wrapSequence(left));
  writeU32(bytes, at + 4, wrapSequence(right));
  return at + 8;
}
