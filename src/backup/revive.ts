/**
 * A shadow becomes the connection: its stream goes on from the beginning of a message, its packets cut by the
 * boundaries that were known before the first of them was sent. Its ways to judge the path begin anew.
 */
import { never } from '../base/time.ts';
import { emptyRing, writeRing } from '../tcp/byte-ring.ts';
import { controllerOf } from '../tcp/congestion/controllers.ts';
import type { Connection } from '../tcp/connection.ts';
import { emptyFlight, flightField, flightFlag, pushRow, rowFields } from '../tcp/flight.ts';
import type { TcpMachine } from '../tcp/machine-state.ts';
import { createTimers, settleTimers } from '../tcp/machine-timers.ts';
import { flush } from '../tcp/output.ts';
import { makePrr } from '../tcp/recovery/prr.ts';
import { makeRack } from '../tcp/recovery/rack.ts';
import { endBackoff } from '../tcp/recovery/rto.ts';
import { makeProbe } from '../tcp/recovery/tail-loss-probe.ts';
import { fullSegmentBytes } from '../tcp/segment-size.ts';
import type { TcpSink } from '../tcp/sink.ts';
import { type HeldMessages, resumeFrom } from './held-messages.ts';

/** Returns the number from which it sends again; undefined: it has nothing to send again. */
export function revive(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  held: HeldMessages,
  sink: TcpSink,
): number | undefined {
  const { timers, send, receive, rto } = connection;
  const { lingerAtNs } = timers;
  Object.assign(timers, createTimers());
  if (connection.state === 'syn-received') {
    // Its answer to the SYN may never have left.
    timers.retransmitAtNs = nowNs;
    timers.userTimeoutAtNs = nowNs + connection.settings.openTimeoutNs;
    settleTimers(machine, connection);
    return undefined;
  }
  timers.lingerAtNs = lingerAtNs;
  const from = resumeFrom(held);
  const knownTo = send.una;
  if (from !== undefined) layOut(connection, held, from);
  fillFlight(connection, nowNs, held, knownTo);
  restartRecovery(nowNs, connection);
  // What the peer has of the first message is in nobody's queue: it does not count against what may be.
  connection.congestion.cwndBytes += knownTo - send.una;
  endBackoff(rto);
  if (send.flight.count > 0) timers.userTimeoutAtNs = nowNs + connection.settings.userTimeoutNs;
  // The peer learns at once what arrived while nobody answered.
  receive.isAckOwed = true;
  flush(machine, nowNs, connection, sink);
  return send.flight.count > 0 ? from : undefined;
}

/** The send buffer holds whole messages, also what the peer has of the first of them. */
function layOut({ send }: Connection, { list }: HeldMessages, from: number): void {
  emptyRing(send.buffer);
  send.bufferedFrom = from;
  for (const { bytes } of list) writeRing(send.buffer, send.buffer.length, bytes, 0, bytes.length);
  send.una = Math.min(send.una, from);
}

/** What the peer's window let the active send counts as sent, and as lost. */
function fillFlight(
  { send, delivery }: Connection,
  nowNs: number,
  { list }: HeldMessages,
  knownTo: number,
): void {
  const end = send.bufferedFrom + send.buffer.length;
  const isFinOpen = send.finAt !== undefined && knownTo <= send.finAt;
  const mostTo = knownTo + Math.max(send.windowBytes, 1);
  const to = Math.min(end, mostTo);
  emptyFlight(send.flight);
  for (const { boundaries } of list) {
    const { first, last, mssBytes } = boundaries;
    for (let left = first; left <= last && left < to; left += mssBytes) {
      addLost(send.flight, left, Math.min(left + mssBytes, last + 1, to), 0, nowNs, delivery);
    }
  }
  if (!isFinOpen) {
    if (send.finAt === undefined) send.nxt = Math.max(to, knownTo);
    return;
  }
  if (to < end) {
    send.finAt = undefined;
    send.nxt = to;
    return;
  }
  addLost(send.flight, end, end + 1, flightFlag.fin, nowNs, delivery);
  send.nxt = end + 1;
}

function addLost(
  flight: Connection['send']['flight'],
  left: number,
  right: number,
  flags: number,
  nowNs: number,
  { deliveredBytes }: Connection['delivery'],
): void {
  const at = pushRow(flight);
  const { rows } = flight;
  rows.fill(0, at, at + rowFields);
  rows[at + flightField.left] = left;
  rows[at + flightField.right] = right;
  rows[at + flightField.sentAtNs] = nowNs;
  rows[at + flightField.firstSentAtNs] = nowNs;
  rows[at + flightField.deliveredBytes] = deliveredBytes;
  rows[at + flightField.deliveredAtNs] = nowNs;
  rows[at + flightField.flags] = flightFlag.lost | flags;
  // This board sends it for the first time: a loss of it is found like that of new data.
  rows[at + flightField.retransmissions] = -1;
}

function restartRecovery(nowNs: number, connection: Connection): void {
  const { send, recovery, rack, rto, settings } = connection;
  const lostBytes = send.flight.count > 0 ? send.nxt - send.una : 0;
  send.sacked.list.length = 0;
  send.windowProbes = 0;
  send.pacedToAtNs = 0;
  // No recovery that could turn out to be for nothing: what this board has not sent, nobody may have sent.
  recovery.phase = 'open';
  recovery.pointTo = send.una;
  recovery.inflightBytes = 0;
  recovery.lostBytes = lostBytes;
  recovery.lostFrom = lostBytes > 0 ? send.una : never;
  recovery.sackedBytes = 0;
  recovery.sackedSegments = 0;
  recovery.duplicateAcks = 0;
  recovery.isWindowLimited = false;
  recovery.firstRetransmitAtNs = never;
  recovery.undoableRetransmissions = -1;
  // Not the least round trip: a shadow counts from when it was told, and what it took for too soon would be passed over.
  Object.assign(rack, makeRack(send.una), { rttNs: rack.rttNs });
  Object.assign(connection.prr, makePrr());
  Object.assign(connection.probe, makeProbe());
  const path = { mssBytes: fullSegmentBytes(connection), rttNs: rto.srttNs };
  connection.congestion = controllerOf(settings.congestion).create(nowNs, path);
}
