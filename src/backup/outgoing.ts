/** What a board's TCP sends: into IP packets, and out as soon as the standby could say the same. */
import { formatEndpoint } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import type { Connection } from '../tcp/connection.ts';
import { findConnection } from '../tcp/connection-table.ts';
import type { OutgoingSegment } from '../tcp/sink.ts';
import { tcpFlag, tcpOffset } from '../wire/tcp.ts';
import { frameOf, tell, trace } from './board-link.ts';
import { type Board, type BoardSink, isGated, isTelling } from './board-state.ts';
import { putPacket } from './buffer-unit.ts';
import { packetFor } from './packet-bytes.ts';

/** The machine's `transmit`. */
export function sendSegment(board: Board, segment: OutgoingSegment, sink: BoardSink): void {
  if (board.isMuted || board.role.kind !== 'active') return;
  const { bytes, at, end, ecn } = segment;
  if (isNeedlessReset(board, segment)) return;
  const { packet, payloadAt } = packetFor(segment, end - at, ecn);
  packet.set(bytes.subarray(at, end), payloadAt);
  const gate = gateOf(board, segment);
  if (gate === undefined) passPacket(board, packet, sink);
  else gate.push(packet);
}

function isNeedlessReset(board: Board, segment: OutgoingSegment): boolean {
  const { bytes, at, destination: address } = segment;
  if ((bytes[at + tcpOffset.flags]! & tcpFlag.rst) === 0) return false;
  const port = readU16(bytes, at + tcpOffset.destinationPort);
  return board.ended.has(formatEndpoint({ address, port }));
}

/** Of a connection that the standby hasn't got: what it sends waits until it has. */
function gateOf(board: Board, segment: OutgoingSegment): Uint8Array[] | undefined {
  if (!isGated(board)) return undefined;
  const connection = connectionOf(board, segment);
  if (connection === undefined) return undefined;
  const gate = board.gates.get(connection.id);
  if (gate !== undefined || board.byConnection.has(connection.id)) return gate;
  const begun: Uint8Array[] = [];
  board.gates.set(connection.id, begun);
  return begun;
}

function connectionOf(board: Board, segment: OutgoingSegment): Connection | undefined {
  const { bytes, at, source, destination } = segment;
  const localPort = readU16(bytes, at + tcpOffset.sourcePort);
  const remotePort = readU16(bytes, at + tcpOffset.destinationPort);
  return findConnection(board.machine.connections, source, localPort, destination, remotePort);
}

/** Of a connection that the standby has. */
export function passPacket(board: Board, packet: Uint8Array, sink: BoardSink): void {
  if (board.options.mode === 'messages' || !isTelling(board)) {
    sendPacket(board, packet, sink);
    return;
  }
  const token = tell(board, { kind: 'packet', packet });
  trace(board, sink, 'backup.copied', { token, bytes: packet.length });
  if (!isGated(board)) {
    sendPacket(board, packet, sink);
    return;
  }
  putPacket(board.bufferUnit, token, packet);
  trace(board, sink, 'backup.put', { token });
}

export function sendPacket(board: Board, packet: Uint8Array, sink: BoardSink): void {
  sink.toInterface(frameOf(board, 'packet', { body: packet }));
}
