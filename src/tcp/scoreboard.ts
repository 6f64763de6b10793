/** What an ACK says about each segment in flight: delivered, or lost (RFC 6675 3, RFC 8985 6.2). */
import { nsPerMs } from '../base/time.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import { dropFirstRow, findRow, flightField, flightFlag, rowAt, splitRow } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { addRange, dropRangesBelow, firstEndingFrom, holdsRange } from './ranges.ts';
import { countDelivered } from './recovery/delivery-rate.ts';
import { noteDelivered } from './recovery/rack.ts';
import { unwrapSequence } from './sequence.ts';

const { left, right, sentAtNs, flags, retransmissions } = flightField;

/** The last moment that carried this timestamp of ours: a sending that the ACK answers is not after it. */
export function echoedAtNs(
  connection: Connection,
  segment: ArrivedSegment,
  nowNs: number,
): number | undefined {
  if (!segment.hasTimestamps || !connection.options.hasTimestamps) return undefined;
  const nowMs = Math.floor(nowNs / nsPerMs);
  const echoedMs = unwrapSequence(
    segment.timestampEcho - connection.options.timestampOffset,
    nowMs,
  );
  return (echoedMs + 1) * nsPerMs - 1;
}

/** Takes what lies below `acknowledgment` out of the flight. */
export function dropAcknowledged(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  acknowledgment: number,
  echoAtNs: number | undefined,
): void {
  const { send, recovery } = connection;
  const { flight } = send;
  while (flight.count > 0) {
    const at = rowAt(flight, 0);
    if (flight.rows[at + right]! > acknowledgment) {
      if (flight.rows[at + left]! >= acknowledgment) break;
      splitRow(flight, 0, acknowledgment);
      continue;
    }
    deliver(machine, nowNs, connection, at, true, echoAtNs);
    const bits = flight.rows[at + flags]!;
    if ((bits & flightFlag.sacked) !== 0) {
      recovery.sackedBytes -= flight.rows[at + right]! - flight.rows[at + left]!;
      recovery.sackedSegments--;
    }
    dropFirstRow(flight);
  }
  if (send.sacked.list.length > 0) dropRangesBelow(send.sacked, acknowledgment);
}

/** RFC 2018 5, RFC 2883 4. True: the first block reports a duplicate. */
export function heedBlocks(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  echoAtNs: number | undefined,
): boolean {
  const { send } = connection;
  let hasDuplicate = false;
  for (let block = 0; block < segment.blockCount; block++) {
    const from = unwrapSequence(segment.blocks[block * 2]!, send.una);
    const to = unwrapSequence(segment.blocks[block * 2 + 1]!, send.una);
    if (block === 0 && isDuplicateBlock(connection, segment, from, to)) {
      hasDuplicate = true;
      noteDuplicate(connection);
      continue;
    }
    if (from < send.una || from >= to || to > send.nxt) continue;
    if (holdsRange(send.sacked, from, to)) continue;
    markSacked(machine, nowNs, connection, from, to, echoAtNs);
    addRange(send.sacked, from, to);
  }
  return hasDuplicate;
}

/** RFC 2883 5: below what is acknowledged, or inside the second block. */
function isDuplicateBlock(
  { send }: Connection,
  segment: ArrivedSegment,
  from: number,
  to: number,
): boolean {
  if (from >= to) return false;
  if (to <= segment.acknowledgment) return true;
  if (segment.blockCount < 2) return false;
  const outerFrom = unwrapSequence(segment.blocks[2]!, send.una);
  const outerTo = unwrapSequence(segment.blocks[3]!, send.una);
  return outerFrom <= from && to <= outerTo;
}

function noteDuplicate({ recovery }: Connection): void {
  if (recovery.undoableRetransmissions > 0) recovery.undoableRetransmissions--;
}

function markSacked(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  from: number,
  to: number,
  echoAtNs: number | undefined,
): void {
  const { send, recovery } = connection;
  const { flight, sacked } = send;
  let index = findRow(flight, from);
  while (index < flight.count) {
    const at = rowAt(flight, index);
    const rowLeft = flight.rows[at + left]!;
    const rowRight = flight.rows[at + right]!;
    if (rowLeft >= to) return;
    if ((flight.rows[at + flags]! & flightFlag.sacked) !== 0) {
      index = pastRange(connection, index, rowLeft, sacked.list);
      continue;
    }
    if (rowLeft < from) {
      splitRow(flight, index, from);
      index++;
      continue;
    }
    if (rowRight > to) {
      splitRow(flight, index, to);
      continue;
    }
    deliver(machine, nowNs, connection, at, false, echoAtNs);
    flight.rows[at + flags] = flight.rows[at + flags]! | flightFlag.sacked;
    recovery.sackedBytes += rowRight - rowLeft;
    recovery.sackedSegments++;
    index++;
  }
}

/** The first row behind the range that is known to have arrived already. */
function pastRange(
  { send }: Connection,
  index: number,
  rowLeft: number,
  list: Connection['send']['sacked']['list'],
): number {
  const range = list[firstEndingFrom(list, rowLeft + 1)];
  if (range === undefined || range.left > rowLeft) return index + 1;
  return Math.max(index + 1, findRow(send.flight, range.right));
}

/** A segment arrived over there: once for each. */
function deliver(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  at: number,
  isCumulative: boolean,
  echoAtNs: number | undefined,
): void {
  const { send, recovery, rack, delivery } = connection;
  const { rows } = send.flight;
  const { ack, stamp, rackSegment, rateSample } = machine;
  const bits = rows[at + flags]!;
  const bytes = rows[at + right]! - rows[at + left]!;
  if ((bits & flightFlag.sacked) !== 0) return;
  if ((bits & flightFlag.inPipe) !== 0) recovery.inflightBytes -= bytes;
  if ((bits & flightFlag.lost) !== 0) recovery.lostBytes -= bytes;
  rows[at + flags] = bits & ~(flightFlag.inPipe | flightFlag.lost);
  if ((bits & flightFlag.pathProbe) !== 0) connection.path.outcome = 'delivered';
  const sentAt = rows[at + sentAtNs]!;
  const isAgain = rows[at + retransmissions]! > 0;
  rackSegment.sentAtNs = sentAt;
  rackSegment.endSequence = rows[at + right]!;
  rackSegment.isRetransmitted = isAgain;
  noteDelivered(rack, rackSegment, nowNs, echoAtNs);
  stamp.sentAtNs = sentAt;
  stamp.firstSentAtNs = rows[at + flightField.firstSentAtNs]!;
  stamp.deliveredBytes = rows[at + flightField.deliveredBytes]!;
  stamp.deliveredAtNs = rows[at + flightField.deliveredAtNs]!;
  stamp.isAppLimited = (bits & flightFlag.appLimited) !== 0;
  countDelivered(delivery, rateSample, stamp, bytes, nowNs);
  ack.newlyDeliveredBytes += bytes;
  // RFC 6298 3: Karn's algorithm, unless the echo tells which sending was answered.
  if (isAgain && (echoAtNs === undefined || echoAtNs < sentAt)) return;
  const rttNs = nowNs - sentAt;
  if (ack.rttNs === 0 || rttNs < ack.rttNs) ack.rttNs = Math.max(rttNs, 1);
  if (isCumulative && !isAgain && machine.oldestRttNs === 0)
    machine.oldestRttNs = Math.max(rttNs, 1);
}
