/** Walks what is in flight and has not arrived, for RACK (RFC 8985 6.2 step 5). */
import { never } from '../base/time.ts';
import type { Connection } from './connection.ts';
import { findRow, flightField, flightFlag, rowAt } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { firstEndingFrom } from './ranges.ts';
import { lossNs, reorderWindowNs, wasSentAfter } from './recovery/rack.ts';

const { left, right, sentAtNs, flags, retransmissions } = flightField;

/** Returns the bytes newly deemed lost, and arms the reordering timer where some may still come. */
export function detectLosses(machine: TcpMachine, nowNs: number, connection: Connection): number {
  const { send, recovery, rack, rto, timers } = connection;
  const { flight } = send;
  const { rackSegment } = machine;
  timers.reorderAtNs = never;
  if (flight.count === 0 || !connection.options.hasSack) return 0;
  const isInRecovery = recovery.phase === 'recovery' || recovery.phase === 'loss';
  const { sackedSegments } = recovery;
  const windowNs = reorderWindowNs(rack, { isInRecovery, sackedSegments, srttNs: rto.srttNs });
  let lostBytes = 0;
  let againAtNs = -1;
  let index = 0;
  while (index < flight.count) {
    const at = rowAt(flight, index);
    const bits = flight.rows[at + flags]!;
    if ((bits & flightFlag.sacked) !== 0) {
      index = skipSacked(connection, index, flight.rows[at + left]!);
      continue;
    }
    index++;
    if ((bits & flightFlag.lost) !== 0) continue;
    rackSegment.sentAtNs = flight.rows[at + sentAtNs]!;
    rackSegment.endSequence = flight.rows[at + right]!;
    const lostAtNs = lossNs(rack, rackSegment, windowNs);
    if (lostAtNs <= nowNs) lostBytes += markLost(connection, at);
    else if (lostAtNs !== never) againAtNs = Math.max(againAtNs, lostAtNs);
    else if (flight.rows[at + retransmissions] === 0 && isPastAll(connection, at)) break;
  }
  if (againAtNs >= 0) timers.reorderAtNs = againAtNs;
  return lostBytes;
}

/** First sendings follow in the order of time: behind this one nothing was sent before what arrived last. */
function isPastAll({ send, rack }: Connection, at: number): boolean {
  const { rows } = send.flight;
  const isLater = wasSentAfter(
    rows[at + sentAtNs]!,
    rows[at + right]!,
    rack.sentAtNs,
    rack.endSequence,
  );
  return isLater && rows[at + right]! > rack.forwardSequence;
}

function skipSacked({ send }: Connection, index: number, rowLeft: number): number {
  const { list } = send.sacked;
  const range = list[firstEndingFrom(list, rowLeft + 1)];
  if (range === undefined || range.left > rowLeft) return index + 1;
  return Math.max(index + 1, findRow(send.flight, range.right));
}

/** Returns its bytes; a probe of a larger path MTU says nothing about congestion (RFC 8899 3) and counts 0. */
export function markLost({ send, recovery, path }: Connection, at: number): number {
  const { rows } = send.flight;
  const bits = rows[at + flags]!;
  const bytes = rows[at + right]! - rows[at + left]!;
  if ((bits & flightFlag.inPipe) !== 0) recovery.inflightBytes -= bytes;
  rows[at + flags] = (bits & ~flightFlag.inPipe) | flightFlag.lost;
  recovery.lostBytes += bytes;
  if (rows[at + left]! < recovery.lostFrom) recovery.lostFrom = rows[at + left]!;
  if ((bits & flightFlag.pathProbe) === 0) return bytes;
  path.outcome = 'lost';
  return 0;
}

/** Everything that has not arrived; returns its bytes. */
export function markAllLost(connection: Connection): number {
  const { flight } = connection.send;
  let bytes = 0;
  for (let index = 0; index < flight.count; index++) {
    const at = rowAt(flight, index);
    const bits = flight.rows[at + flags]!;
    if ((bits & (flightFlag.sacked | flightFlag.lost)) === 0) bytes += markLost(connection, at);
  }
  return bytes;
}

/** What was deemed lost is in flight after all. */
export function unmarkLost({ send, recovery }: Connection): void {
  const { flight } = send;
  for (let index = 0; index < flight.count; index++) {
    const at = rowAt(flight, index);
    const bits = flight.rows[at + flags]!;
    if ((bits & flightFlag.lost) === 0) continue;
    flight.rows[at + flags] = (bits & ~flightFlag.lost) | flightFlag.inPipe;
    recovery.inflightBytes += flight.rows[at + right]! - flight.rows[at + left]!;
  }
  recovery.lostBytes = 0;
  recovery.lostFrom = never;
}

/** RFC 2018 8: the other side may have thrown away what it said it has. */
export function forgetSacked({ send, recovery }: Connection): void {
  const { flight } = send;
  for (let index = 0; index < flight.count; index++) {
    const at = rowAt(flight, index);
    flight.rows[at + flags] = flight.rows[at + flags]! & ~flightFlag.sacked;
  }
  send.sacked.list.length = 0;
  recovery.sackedBytes = 0;
  recovery.sackedSegments = 0;
}
