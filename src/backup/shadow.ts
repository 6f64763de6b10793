/**
 * A standby's picture of a connection: one of its own machine's, which is told every packet of the peer's and
 * every message for it, and is not heard. What the active may have sent, it counts as sent.
 */

import type { ArrivedSegment } from '../tcp/arrived-segment.ts';
import { copyRing, writeRing } from '../tcp/byte-ring.ts';
import type { Connection } from '../tcp/connection.ts';
import { timestampNow } from '../tcp/emit.ts';
import { flightField, flightFlag, pushRow, rowFields } from '../tcp/flight.ts';
import { receivePacket } from '../tcp/packet-input.ts';
import { restoreConnection } from '../tcp/serialise.ts';
import { closeConnection } from '../tcp/user-calls.ts';
import { trace } from './board-link.ts';
import type { ConnectionMessage } from './board-message.ts';
import type { Board, BoardSink, Carried } from './board-state.ts';
import { boundariesOf } from './boundaries.ts';
import { addCarried } from './carried.ts';
import { deleteThrough, holdMessage } from './held-messages.ts';
import { muted, tcpSinkOf } from './tcp-events.ts';

/** Undefined: it can't be read, or stands already. */
export function restoreShadow(
  board: Board,
  nowNs: number,
  message: ConnectionMessage,
  sink: BoardSink,
): Carried | undefined {
  const shiftNs = nowNs - message.savedAtNs;
  const outcome = restoreConnection(board.machine, message.state, shiftNs);
  if (outcome.kind !== 'restored') {
    const reason = outcome.kind === 'unreadable' ? outcome.reason : outcome.kind;
    sink.record('backup.unreadable', { connection: message.connection, reason });
    return undefined;
  }
  const { connection } = outcome;
  if (connection.state === 'syn-received') board.machine.listeners[0]!.halfOpen++;
  const carried = addCarried(board, connection, message.connection);
  carried.session = message.session;
  carried.demarcation = message.demarcation;
  holdWhatWaits(carried);
  countAsSent(connection, nowNs);
  board.nextConnection = Math.max(board.nextConnection, message.connection + 1);
  return carried;
}

/** Of a connection that runs: what the peer hasn't acknowledged counts as one message. */
function holdWhatWaits({ connection, held, producedTo }: Carried): void {
  const { send } = connection;
  const { length } = send.buffer;
  if (length === 0) return;
  const bytes = new Uint8Array(length);
  copyRing(send.buffer, 0, length, bytes, 0);
  holdMessage(held, boundariesOf(producedTo - length, length, send.mssBytes), bytes);
}

/** Twice the buffer: what the active offered is never more than that. */
const generosity = 2;

/** A packet of the peer's. */
export function feedShadow(
  board: Board,
  nowNs: number,
  carried: Carried,
  packet: Uint8Array,
  sink: BoardSink,
): void {
  const { receive, settings, send } = carried.connection;
  const edge = receive.nxt + generosity * settings.receiveBufferBytes;
  if (receive.offeredTo < edge) receive.offeredTo = edge;
  muted(board, () => receivePacket(board.machine, nowNs, packet, tcpSinkOf(board, sink)));
  followTimestamps(carried.connection, nowNs, board.machine.arrived);
  for (const { boundaries } of deleteThrough(carried.held, send.una)) {
    trace(board, sink, 'backup.deleted', {
      connection: carried.id,
      first: boundaries.first,
      last: boundaries.last,
      acknowledged: send.una,
    });
  }
}

/**
 * The way of a connection to this board counts as a difference of the clocks, and sets its timestamps back. What the
 * peer echoes, the active has shown: what is said after a take-over must not be older (RFC 7323 5.3, R1).
 */
function followTimestamps(
  connection: Connection,
  nowNs: number,
  { hasTimestamps, timestampEcho }: ArrivedSegment,
): void {
  const { options } = connection;
  if (!options.hasTimestamps || !hasTimestamps) return;
  const behindMs = (timestampEcho - timestampNow(connection, nowNs)) | 0;
  if (behindMs > 0) options.timestampOffset = (options.timestampOffset + behindMs) >>> 0;
}

/** Bytes that the service has for the peer: held whole, and counted as sent. */
export function writeShadow(
  nowNs: number,
  carried: Carried,
  output: Uint8Array,
  mssBytes: number,
): void {
  const { connection, held } = carried;
  const { send } = connection;
  if (output.length === 0) return;
  holdMessage(held, boundariesOf(carried.producedTo, output.length, mssBytes), output);
  carried.producedTo += output.length;
  writeRing(send.buffer, send.buffer.length, output, 0, output.length);
  countAsSent(connection, nowNs);
}

/** The peer may acknowledge any of it at any time. */
function countAsSent({ send, recovery }: Connection, nowNs: number): void {
  const end = send.bufferedFrom + send.buffer.length;
  if (send.nxt >= end) return;
  const at = pushRow(send.flight);
  send.flight.rows.fill(0, at, at + rowFields);
  send.flight.rows[at + flightField.left] = send.nxt;
  send.flight.rows[at + flightField.right] = end;
  send.flight.rows[at + flightField.sentAtNs] = nowNs;
  send.flight.rows[at + flightField.flags] = flightFlag.inPipe;
  recovery.inflightBytes += end - send.nxt;
  send.nxt = end;
}

export function closeShadow(board: Board, nowNs: number, carried: Carried, sink: BoardSink): void {
  const { connection } = carried;
  if (carried.isEnding) return;
  carried.isEnding = true;
  muted(board, () => closeConnection(board.machine, nowNs, connection, tcpSinkOf(board, sink)));
}
