/** What a connection may send now, it sends: what was lost, then what is new, then an ACK that is owed. */
import { never } from '../base/time.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { controllerOf } from './congestion/controllers.ts';
import type { Connection } from './connection.ts';
import { emitSegment } from './emit.ts';
import { findRow, flightField, flightFlag, rowAt } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { mayLeave } from './pacing.ts';
import { probeCount } from './path-probe.ts';
import { noteAppLimited } from './recovery/delivery-rate.ts';
import { currentRtoNs } from './recovery/rto.ts';
import { sackOptionBytes } from './sack-blocks.ts';
import { fullSegmentBytes, timestampBytes } from './segment-size.ts';
import { resendSegment, sendNewSegment } from './send-segment.ts';
import { armProbes, scheduleProbe } from './send-timers.ts';
import type { TcpSink } from './sink.ts';
import { keepWarm } from './warm.ts';

/** Every event of a connection ends here. */
export function flush(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  if (connection.state === 'closed') return;
  connection.timers.pacedAtNs = never;
  if (mayCarryData(connection)) {
    const { send, recovery } = connection;
    const before = send.nxt;
    if (recovery.lostBytes > 0) sendLost(machine, nowNs, connection, sink);
    sendNew(machine, nowNs, connection, sink);
    armProbes(connection, nowNs);
    if (send.nxt !== before) scheduleProbe(connection, nowNs);
  }
  if (connection.receive.isAckOwed) sendAck(machine, nowNs, connection, sink);
  settleTimers(machine, connection);
  keepWarm(machine, connection);
}

export function sendAck(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  emitSegment(machine, nowNs, connection, connection.send.nxt, 0, tcpFlag.ack, sink);
}

/** Numbers that were not sent yet: the buffer's, not the FIN's. */
export function unsentBytes({ send }: Connection): number {
  const end = send.bufferedFrom + send.buffer.length;
  return send.nxt < end ? end - send.nxt : 0;
}

/** The states in which segments with data or FIN are sent, first or again. */
function mayCarryData({ state, send }: Connection): boolean {
  switch (state) {
    case 'established':
    case 'close-wait':
      return true;
    case 'fin-wait-1':
    case 'closing':
    case 'last-ack':
      return true;
    case 'fin-wait-2':
    case 'time-wait':
      return send.flight.count > 0;
    case 'syn-sent':
    case 'syn-received':
    case 'listen':
    case 'closed':
      return false;
  }
}

/** RFC 5681 2, FlightSize where the other side has no SACK: each duplicate ACK says that a segment left. */
function pipeBytes({ recovery, congestion }: Connection): number {
  return Math.max(0, recovery.inflightBytes - recovery.duplicateAcks * congestion.mssBytes);
}

function hasWindowFor(connection: Connection, bytes: number): boolean {
  const pipe = pipeBytes(connection);
  return pipe === 0 || pipe + bytes <= connection.congestion.cwndBytes;
}

/** RFC 6675 5 (C): the lowest hole first. */
export function sendLost(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { send, recovery } = connection;
  const { flight } = send;
  const windowTo = send.una + Math.max(send.windowBytes, 1);
  let index = findRow(flight, Math.max(recovery.lostFrom, send.una));
  for (; recovery.lostBytes > 0 && index < flight.count; index++) {
    const at = rowAt(flight, index);
    if ((flight.rows[at + flightField.flags]! & flightFlag.lost) === 0) continue;
    const from = flight.rows[at + flightField.left]!;
    recovery.lostFrom = from;
    const bytes = Math.min(
      flight.rows[at + flightField.right]! - from,
      fullSegmentBytes(connection),
    );
    // RFC 9293 3.8.6: what a shrunk window no longer covers waits.
    if (from >= windowTo) return;
    if (!hasWindowFor(connection, bytes)) {
      recovery.isWindowLimited = true;
      return;
    }
    if (!mayLeave(connection, nowNs)) return;
    resendSegment(machine, nowNs, connection, index, sink);
  }
  if (recovery.lostBytes <= 0) recovery.lostFrom = never;
}

function sendNew(machine: TcpMachine, nowNs: number, connection: Connection, sink: TcpSink): void {
  const { send, recovery } = connection;
  if (send.finAt !== undefined) return;
  restartAfterIdle(connection, nowNs);
  for (;;) {
    const unsent = unsentBytes(connection);
    if (unsent === 0) {
      if (connection.multipath !== 0 && feed(machine, nowNs, connection)) continue;
      break;
    }
    const count = nextCount(connection, unsent);
    if (count === 0) return;
    if (!hasWindowFor(connection, Math.min(count, fullSegmentBytes(connection)))) {
      recovery.isWindowLimited = true;
      return;
    }
    if (!mayLeave(connection, nowNs)) return;
    const probing = probeCount(connection, nowNs, unsent);
    if (probing > 0) {
      sendNewSegment(machine, nowNs, connection, probing, flightFlag.pathProbe, sink);
      continue;
    }
    const takesFin = send.isFinWanted && count === unsent;
    if (takesFin) send.finAt = send.nxt + count;
    sendNewSegment(machine, nowNs, connection, count, takesFin ? flightFlag.fin : 0, sink);
  }
  if (send.isFinWanted && send.finAt === undefined) {
    send.finAt = send.nxt;
    sendNewSegment(machine, nowNs, connection, 0, flightFlag.fin, sink);
  }
  if (recovery.lostBytes === 0) noteAppLimitedIfSo(connection);
}

/** Whether a layer above had more for it, now that it can send. */
function feed(machine: TcpMachine, nowNs: number, connection: Connection): boolean {
  const { send, recovery } = connection;
  const layer = machine.multipath;
  if (layer === undefined || send.isFinWanted || send.una + send.windowBytes <= send.nxt)
    return false;
  if (!hasWindowFor(connection, fullSegmentBytes(connection))) {
    if (layer.hasMore(connection)) recovery.isWindowLimited = true;
    return false;
  }
  if (!mayLeave(connection, nowNs) || !layer.feed(connection, nowNs)) return false;
  restartAfterIdle(connection, nowNs);
  return true;
}

/** How much the next segment carries; 0: it waits (RFC 9293 3.8.6.2.1, and Nagle, 3.7.4). */
function nextCount(connection: Connection, unsent: number): number {
  const { send, settings } = connection;
  const usable = send.una + send.windowBytes - send.nxt;
  if (usable <= 0) return 0;
  const full = fullSegmentBytes(connection) - sackBytesOf(connection);
  const count = Math.min(full, unsent, usable);
  if (count === full) return count;
  const isIdle = send.nxt === send.una;
  if (count === unsent && (isIdle || settings.isNoDelay || send.isFinWanted)) return count;
  const isMuch = count >= send.maxWindowBytes / 2 && count < unsent;
  return isIdle && isMuch ? count : 0;
}

function sackBytesOf({ options, receive }: Connection): number {
  if (!options.hasSack) return 0;
  const spent = options.multipathBytes + (options.hasTimestamps ? timestampBytes : 0);
  return sackOptionBytes(receive, spent);
}

/** RFC 5681 4.1. */
function restartAfterIdle(connection: Connection, nowNs: number): void {
  const { send, congestion, rto } = connection;
  if (send.flight.count > 0 || send.lastSentAtNs === 0 || unsentBytes(connection) === 0) return;
  const idleNs = nowNs - send.lastSentAtNs;
  const rtoNs = currentRtoNs(rto);
  if (idleNs > rtoNs) controllerOf(congestion.kind).onIdle(congestion, nowNs, idleNs, rtoNs);
}

function noteAppLimitedIfSo(connection: Connection): void {
  const { recovery, congestion, delivery } = connection;
  if (recovery.inflightBytes + congestion.mssBytes > congestion.cwndBytes) return;
  noteAppLimited(delivery, recovery.inflightBytes);
}
