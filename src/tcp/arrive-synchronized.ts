/** A segment in SYN-RECEIVED and all later states, in the order of RFC 9293 3.10.7.4. */
import { tcpFlag } from '../wire/tcp.ts';
import { arriveAck } from './arrive-ack.ts';
import { lengthOf } from './arrive-closed.ts';
import { acceptText } from './arrive-text.ts';
import { isOutdated, noteTimestamp } from './arrive-timestamp.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { challenge } from './challenge.ts';
import type { Connection } from './connection.ts';
import { preferCookie } from './cookie.ts';
import { emitSegment } from './emit.ts';
import type { TcpMachine } from './machine-state.ts';
import { flush } from './output.ts';
import { resendSegment } from './send-segment.ts';
import type { TcpSink } from './sink.ts';
import { restartTimeWait } from './time-wait.ts';
import { endConnection } from './transition.ts';

export function arriveSynchronized(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const isReset = (segment.flags & tcpFlag.rst) !== 0;
  if (
    connection.state === 'syn-received' &&
    preferCookie(machine, nowNs, connection, segment, sink)
  )
    return;
  if (connection.options.hasTimestamps && !isReset) {
    // RFC 7323 3.2: once agreed on, a segment without is not of this connection.
    if (!segment.hasTimestamps) return;
    if (isOutdated(connection, nowNs, segment)) {
      refuse(machine, nowNs, connection, segment, sink);
      return;
    }
  }
  if (isCrossingSyn(connection, segment)) takeSynAway(segment);
  if (!isAcceptable(connection, segment)) {
    if (!isReset) arriveOutside(machine, nowNs, connection, segment, sink);
    return;
  }
  if (segment.hasTimestamps) noteTimestamp(connection, nowNs, segment);
  const layer = connection.multipath === 0 ? undefined : machine.multipath;
  if (layer !== undefined && !passes(machine, nowNs, connection, segment, sink)) return;
  if (isReset) {
    arriveReset(machine, nowNs, connection, segment, sink);
    return;
  }
  if ((segment.flags & tcpFlag.syn) !== 0) {
    arriveSyn(machine, nowNs, connection, sink);
    return;
  }
  if (!arriveAck(machine, nowNs, connection, segment, sink)) return;
  acceptText(machine, nowNs, connection, segment, sink);
  if (layer !== undefined) layer.stored(connection, nowNs);
  flush(machine, nowNs, connection, sink);
}

/** Whether the layer above lets it go on. */
function passes(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): boolean {
  const verdict = machine.multipath?.arrived(connection, segment, nowNs);
  if (verdict !== 'reset') return verdict !== 'dropped';
  const { send } = connection;
  emitSegment(machine, nowNs, connection, send.nxt, 0, tcpFlag.rst | tcpFlag.ack, sink);
  endConnection(machine, connection, 'aborted', sink);
  return false;
}

/**
 * RFC 9293 3.5, figure 8: SYNs crossed, and theirs comes again with the ACK of ours. By its number it is old, and
 * two machines that both refuse it would refuse each other for ever.
 */
function isCrossingSyn({ state, receive, send }: Connection, segment: ArrivedSegment): boolean {
  const wanted = tcpFlag.syn | tcpFlag.ack;
  return (
    state === 'syn-received' &&
    (segment.flags & wanted) === wanted &&
    segment.sequence === receive.irs &&
    segment.acknowledgment > send.una &&
    segment.acknowledgment <= send.nxt
  );
}

function takeSynAway(segment: ArrivedSegment): void {
  segment.flags &= ~tcpFlag.syn;
  segment.sequence += 1;
}

/** RFC 9293 3.4, table 6. */
function isAcceptable({ receive }: Connection, segment: ArrivedSegment): boolean {
  const { sequence } = segment;
  const length = lengthOf(segment);
  if (receive.offeredTo === receive.nxt) return length === 0 && sequence === receive.nxt;
  if (length === 0) return sequence >= receive.nxt && sequence < receive.offeredTo;
  return sequence < receive.offeredTo && sequence + length > receive.nxt;
}

/** It is not in the window: an ACK says what is. */
function arriveOutside(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const { receive, state } = connection;
  const { sequence, flags } = segment;
  const isSyn = (flags & tcpFlag.syn) !== 0;
  if (state === 'syn-received' && isSyn && sequence === receive.irs) {
    // The answer to the first was lost: SYN and ACK again are an ACK as well.
    resendSegment(machine, nowNs, connection, 0, sink);
    flush(machine, nowNs, connection, sink);
    return;
  }
  const isAtShutWindow = receive.offeredTo === receive.nxt && sequence === receive.nxt && !isSyn;
  if (isAtShutWindow) {
    // RFC 9293 3.10.7.4, first: a shut window takes valid ACKs nevertheless.
    if (!arriveAck(machine, nowNs, connection, segment, sink)) return;
    receive.isAckOwed = true;
    flush(machine, nowNs, connection, sink);
    return;
  }
  if (state === 'time-wait' && (flags & tcpFlag.fin) !== 0)
    restartTimeWait(machine, nowNs, connection);
  refuse(machine, nowNs, connection, segment, sink);
}

/** Dropped, with an ACK; what came twice is reported (RFC 2883 4). */
function refuse(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const { receive, options } = connection;
  const to = segment.sequence + segment.end - segment.payloadAt;
  if (options.hasSack && to > segment.sequence && to <= receive.nxt) {
    receive.duplicateLeft = segment.sequence;
    receive.duplicateRight = to;
  }
  challenge(machine, nowNs, connection, sink);
}

/** RFC 5961 3.2: only the number that is expected resets; one in the window is questioned. */
function arriveReset(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  if (segment.sequence !== connection.receive.nxt) {
    challenge(machine, nowNs, connection, sink);
    return;
  }
  const isOpening = connection.state === 'syn-received';
  endConnection(machine, connection, isOpening ? 'refused' : 'reset', sink);
}

/** RFC 5961 4.2; a half-open connection of a listener goes back to LISTEN (RFC 9293 3.10.7.4, fourth). */
function arriveSyn(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  if (connection.state === 'syn-received' && connection.listener !== undefined) {
    endConnection(machine, connection, 'refused', sink);
    return;
  }
  challenge(machine, nowNs, connection, sink);
}
