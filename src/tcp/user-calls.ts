/** What a user asks of a connection (RFC 9293 3.9.1, 3.10.2 to 3.10.6). */
import { tcpFlag } from '../wire/tcp.ts';
import { limitFinWait2 } from './arrive-ack.ts';
import { dropRing, peekRing, writeRing } from './byte-ring.ts';
import type { Connection } from './connection.ts';
import { emitSegment } from './emit.ts';
import type { TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { flush } from './output.ts';
import type { TcpSink } from './sink.ts';
import { endConnection, enter } from './transition.ts';
import { isUpdateDue, readableCount } from './window.ts';

/** Takes as many bytes as fit and copies them; `sink.writable` says when more would. */
export function writeBytes(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  bytes: Uint8Array,
  sink: TcpSink,
): number {
  const { send, settings } = connection;
  if (!mayWrite(connection)) return 0;
  const taken = Math.min(bytes.length, settings.sendBufferBytes - send.buffer.length);
  if (taken < bytes.length) send.isBlocked = true;
  if (taken <= 0) return 0;
  writeRing(send.buffer, send.buffer.length, bytes, 0, taken);
  flush(machine, nowNs, connection, sink);
  return taken;
}

/** Whether `writeBytes` may ever take anything again. */
export function mayWrite({ state, send }: Connection): boolean {
  if (send.isFinWanted) return false;
  switch (state) {
    case 'syn-sent':
    case 'syn-received':
    case 'established':
    case 'close-wait':
      return true;
    case 'closed':
    case 'listen':
    case 'fin-wait-1':
    case 'fin-wait-2':
    case 'closing':
    case 'last-ack':
    case 'time-wait':
      return false;
  }
}

/** In-order bytes that wait, as far as they stand in one piece; valid until the machine is called. */
export function readableBytes(connection: Connection): Uint8Array {
  return peekRing(connection.receive.buffer, readableCount(connection));
}

/** The user took so many of the bytes that wait: the window may open. */
export function consumeBytes(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  count: number,
  sink: TcpSink,
): void {
  const { receive } = connection;
  const taken = Math.min(count, readableCount(connection));
  dropRing(receive.buffer, taken);
  receive.bufferedFrom += taken;
  if (!mayStillReceive(connection) || !isUpdateDue(connection)) return;
  receive.isAckOwed = true;
  flush(machine, nowNs, connection, sink);
}

function mayStillReceive({ state }: Connection): boolean {
  return state === 'established' || state === 'fin-wait-1' || state === 'fin-wait-2';
}

/** Everything written will be sent, then a FIN; reading goes on (RFC 9293 3.6, 3.10.4). */
export function closeConnection(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { send, state } = connection;
  if (send.isFinWanted) return;
  // RFC 9293 3.10.4 answers queued data with an error; kinder to a user who wrote: it is sent first.
  if (state === 'syn-sent' && send.buffer.length === 0) {
    endConnection(machine, connection, 'aborted', sink);
    return;
  }
  send.isFinWanted = true;
  if (state === 'established') enter(connection, 'fin-wait-1', sink);
  else if (state === 'close-wait') enter(connection, 'last-ack', sink);
  flush(machine, nowNs, connection, sink);
}

/** RFC 9293 3.10.5: what waits is thrown away, and the other side is told. */
export function abortConnection(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  if (connection.state === 'closed') return;
  if (isKnownOverThere(connection)) {
    const { send } = connection;
    emitSegment(machine, nowNs, connection, send.nxt, 0, tcpFlag.rst | tcpFlag.ack, sink);
  }
  endConnection(machine, connection, 'aborted', sink);
}

function isKnownOverThere({ state }: Connection): boolean {
  switch (state) {
    case 'syn-received':
    case 'established':
    case 'fin-wait-1':
    case 'fin-wait-2':
    case 'close-wait':
      return true;
    case 'closed':
    case 'listen':
    case 'syn-sent':
    case 'closing':
    case 'last-ack':
    case 'time-wait':
      return false;
  }
}

/**
 * The user will neither read nor write any more. Unread data means that the other side must not take its
 * stream for delivered (RFC 1122 4.2.2.13, RFC 2525 2.17).
 */
export function releaseConnection(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  if (connection.isReleased || connection.state === 'closed') return;
  connection.isReleased = true;
  if (readableCount(connection) > 0) {
    abortConnection(machine, nowNs, connection, sink);
    return;
  }
  closeConnection(machine, nowNs, connection, sink);
  limitFinWait2(connection, nowNs);
  settleTimers(machine, connection);
}
