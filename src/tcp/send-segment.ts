/** A segment that takes sequence numbers goes out: for the first time, or again. */
import { never } from '../base/time.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { controllerOf } from './congestion/controllers.ts';
import type { Connection } from './connection.ts';
import { emitSegment } from './emit.ts';
import { flightField, flightFlag, pushRow, rowAt, splitRow } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { spendPacing } from './pacing.ts';
import { stampSent } from './recovery/delivery-rate.ts';
import { notePrrSent } from './recovery/prr.ts';
import { currentRtoNs } from './recovery/rto.ts';
import { fullSegmentBytes } from './segment-size.ts';
import type { TcpSink } from './sink.ts';

const { left, right, sentAtNs, firstSentAtNs, deliveredBytes, deliveredAtNs } = flightField;

/** `count` bytes from SND.NXT on, which moves behind them; `rowFlags` says whether a SYN or FIN goes along. */
export function sendNewSegment(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  count: number,
  rowFlags: number,
  sink: TcpSink,
): void {
  const { send, counts } = connection;
  const { flight } = send;
  const sequence = send.nxt;
  const isMarked = (rowFlags & (flightFlag.syn | flightFlag.fin)) !== 0;
  const next = sequence + count + (isMarked ? 1 : 0);
  const at = pushRow(flight);
  flight.rows[at + left] = sequence;
  flight.rows[at + right] = next;
  flight.rows[at + flightField.flags] = rowFlags;
  flight.rows[at + flightField.retransmissions] = 0;
  if (flight.count === 1) armUserTimeout(connection, nowNs);
  noteSending(machine, nowNs, connection, at, false);
  emitSegment(
    machine,
    nowNs,
    connection,
    sequence,
    count,
    wireFlags(connection, rowFlags, sequence + count),
    sink,
  );
  send.nxt = next;
  counts.bytesSent += count;
}

/** The segment at `index` of the flight again, cut to what fits now. */
export function resendSegment(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  index: number,
  sink: TcpSink,
): void {
  const { send, counts, recovery } = connection;
  const { flight } = send;
  let at = rowAt(flight, index);
  const most = fullSegmentBytes(connection);
  const from = flight.rows[at + left]!;
  if (flight.rows[at + right]! - from > most + 1) {
    splitRow(flight, index, from + most);
    at = rowAt(flight, index);
  }
  const { rows } = flight;
  const rowFlags = rows[at + flightField.flags]!;
  const isMarked = (rowFlags & (flightFlag.syn | flightFlag.fin)) !== 0;
  const count = rows[at + right]! - from - (isMarked ? 1 : 0);
  rows[at + flightField.retransmissions]!++;
  rows[at + flightField.flags] = rowFlags & ~flightFlag.pathProbe;
  counts.segmentsRetransmitted++;
  counts.bytesRetransmitted += count;
  counts.bytesSent += count;
  if (recovery.firstRetransmitAtNs === never) recovery.firstRetransmitAtNs = nowNs;
  if (recovery.undoableRetransmissions >= 0) recovery.undoableRetransmissions++;
  // The timer is about the oldest segment, and that one has left only now.
  if (index === 0) connection.timers.retransmitAtNs = never;
  noteSending(machine, nowNs, connection, at, true);
  emitSegment(
    machine,
    nowNs,
    connection,
    from,
    count,
    wireFlags(connection, rowFlags, from + count),
    sink,
  );
}

/** RFC 9293 3.10.2: PSH where the buffer ends with this segment. */
function wireFlags({ state, send }: Connection, rowFlags: number, to: number): number {
  if ((rowFlags & flightFlag.syn) !== 0) {
    return state === 'syn-sent' ? tcpFlag.syn : tcpFlag.syn | tcpFlag.ack;
  }
  if ((rowFlags & flightFlag.fin) !== 0) return tcpFlag.fin | tcpFlag.ack;
  const isLast = to === send.bufferedFrom + send.buffer.length;
  return isLast ? tcpFlag.psh | tcpFlag.ack : tcpFlag.ack;
}

/** What the recovery's arithmetic and the controller must know of it. */
function noteSending(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  at: number,
  isAgain: boolean,
): void {
  const { send, recovery, timers, congestion, delivery } = connection;
  const { rows } = send.flight;
  const { stamp, sent } = machine;
  const bytes = rows[at + right]! - rows[at + left]!;
  // One after the other, also where no time passes between them: RACK tells by it which was sent before which.
  const atNs = nowNs > send.lastSentAtNs ? nowNs : send.lastSentAtNs + 1;
  send.lastSentAtNs = atNs;
  stampSent(delivery, stamp, recovery.inflightBytes, atNs);
  rows[at + sentAtNs] = atNs;
  rows[at + firstSentAtNs] = stamp.firstSentAtNs;
  rows[at + deliveredBytes] = stamp.deliveredBytes;
  rows[at + deliveredAtNs] = stamp.deliveredAtNs;
  let flags = rows[at + flightField.flags]! & ~(flightFlag.lost | flightFlag.appLimited);
  if ((rows[at + flightField.flags]! & flightFlag.lost) !== 0) recovery.lostBytes -= bytes;
  if (stamp.isAppLimited) flags |= flightFlag.appLimited;
  sent.inflightBytes = recovery.inflightBytes;
  if ((flags & flightFlag.inPipe) === 0) recovery.inflightBytes += bytes;
  rows[at + flightField.flags] = flags | flightFlag.inPipe;
  if (recovery.phase === 'recovery') notePrrSent(connection.prr, bytes);
  if (timers.retransmitAtNs === never) timers.retransmitAtNs = nowNs + currentRtoNs(connection.rto);
  sent.bytes = bytes;
  sent.isRetransmission = isAgain;
  sent.nextSequence = isAgain ? send.nxt : rows[at + right]!;
  sent.deliveredBytes = delivery.deliveredBytes;
  controllerOf(congestion.kind).onSent(congestion, nowNs, sent);
  spendPacing(connection, nowNs, bytes);
}

/** RFC 9293 3.9.1: counts from the last progress, or from when there was something to wait for. */
export function armUserTimeout({ timers, settings }: Connection, nowNs: number): void {
  timers.userTimeoutAtNs = nowNs + settings.userTimeoutNs;
}
