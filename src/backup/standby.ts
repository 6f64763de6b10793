/** What a standby does: it hears the peer first, tells the active, and holds what it would need to go on. */

import { readU32 } from '../base/bytes.ts';
import { unwrapSequence } from '../tcp/sequence.ts';
import { abortConnection } from '../tcp/user-calls.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { isMalformed } from '../wire/malformed.ts';
import { tcpFlag, tcpOffset, verifyTcpChecksum } from '../wire/tcp.ts';
import { noteOnce, tell, trace } from './board-link.ts';
import { type CommitMessage, parseBoardMessage } from './board-message.ts';
import type { Board, BoardSink, Carried } from './board-state.ts';
import { carriedOf, removeCarried } from './carried.ts';
import { isFull } from './channel.ts';
import { isSentOn } from './demarcation.ts';
import { findSegment, segmentWithoutPorts } from './packet-bytes.ts';
import { consume, serve } from './serving.ts';
import { closeShadow, feedShadow, restoreShadow, writeShadow } from './shadow.ts';
import { muted, tcpSinkOf } from './tcp-events.ts';

const mostUnanswered = 64;

/** From the interface board: recorded here before the active hears of it. */
export function receiveForStandby(
  board: Board,
  nowNs: number,
  packet: Uint8Array,
  sink: BoardSink,
): void {
  const at = findSegment(packet);
  if (at === undefined || !verifyTcpChecksum(packet, 0, at, packet.length)) return;
  if (isFull(board.channel)) {
    // The peer sends it again; neither board has it.
    noteOnce(board, sink, 'backup.channel-full', { waiting: board.channel.waiting.length });
    return;
  }
  const carried = carriedOf(board, packet, at);
  trace(board, sink, 'backup.inbound', {
    connection: carried?.id ?? 0,
    sequence: readU32(packet, at + tcpOffset.sequence),
    acknowledged: readU32(packet, at + tcpOffset.acknowledgment),
    bytes: packet.length - payloadAtOf(packet, at),
  });
  if (!board.isSynced) board.heldBack.push(packet.slice());
  if (carried === undefined) keepSyn(board, packet, at);
  // Decided by what stood before the packet: the active has not got it either.
  const goesOn = carried === undefined || isForActive(board, carried, packet, at, sink);
  if (carried !== undefined) feed(board, nowNs, carried, packet, sink);
  if (goesOn) passOn(board, carried, packet, at, sink);
}

function feed(board: Board, nowNs: number, carried: Carried, packet: Uint8Array, sink: BoardSink) {
  feedShadow(board, nowNs, carried, packet, sink);
  board.touched.clear();
  if (board.options.mode === 'packets') serve(board, nowNs, carried, sink);
}

/** So that a peer whose SYN was not answered need not ask again. */
function keepSyn({ unanswered }: Board, packet: Uint8Array, at: number): void {
  const flags = packet[at + tcpOffset.flags]!;
  if ((flags & (tcpFlag.syn | tcpFlag.ack)) !== tcpFlag.syn) return;
  unanswered.push(packet.slice());
  if (unanswered.length > mostUnanswered) unanswered.shift();
}

function payloadAtOf(packet: Uint8Array, at: number): number {
  return at + (packet[at + tcpOffset.dataOffset]! >>> 4) * 4;
}

function isForActive(
  board: Board,
  carried: Carried,
  packet: Uint8Array,
  at: number,
  sink: BoardSink,
): boolean {
  const { demarcation, connection } = carried;
  if (demarcation === undefined) return true;
  const wire = readU32(packet, at + tcpOffset.sequence);
  const from = unwrapSequence(wire, connection.receive.nxt);
  const to = from + packet.length - payloadAtOf(packet, at);
  if (!isSentOn(demarcation, from, to)) return false;
  if (to > demarcation.named) {
    trace(board, sink, 'backup.resumed-from', { connection: carried.id, from, ...demarcation });
    carried.demarcation = undefined;
  }
  return true;
}

function passOn(
  board: Board,
  carried: Carried | undefined,
  packet: Uint8Array,
  at: number,
  sink: BoardSink,
): void {
  trace(board, sink, 'backup.passed-to-active', {
    connection: carried?.id ?? 0,
    bytes: packet.length - payloadAtOf(packet, at),
    acknowledged: readU32(packet, at + tcpOffset.acknowledgment),
  });
  if (board.options.mode === 'packets' || carried === undefined) {
    tell(board, { kind: 'inbound', packet });
    return;
  }
  const segment = segmentWithoutPorts(packet, at);
  const ecn = packet[ipv4Offset.trafficClass]! & 3;
  tell(board, { kind: 'segment', connection: carried.id, ecn, segment });
}

/** A message of the active's, whole. */
export function heedActive(board: Board, nowNs: number, bytes: Uint8Array, sink: BoardSink): void {
  const message = parseBoardMessage(bytes);
  if (isMalformed(message)) {
    sink.record('backup.malformed', { reason: message.malformed });
    return;
  }
  switch (message.kind) {
    case 'welcome':
      if (message.mode !== board.options.mode) {
        noteOnce(board, sink, 'backup.other-mode', { theirs: message.mode });
        return;
      }
      for (const [name, value] of message.store) board.store.set(name, value);
      board.nextConnection = message.nextConnection;
      board.connectionsToCome = message.connections;
      return;
    case 'connection':
      board.connectionsToCome = Math.max(0, board.connectionsToCome - 1);
      restoreShadow(board, nowNs, message, sink);
      forgetSyns(board);
      return;
    case 'synced':
      catchUp(board, nowNs, sink);
      return;
    case 'commit':
      store(board, nowNs, message, sink);
      return;
    case 'packet':
      trace(board, sink, 'backup.stored', { bytes: message.packet.length });
      return;
    case 'dropped':
      forget(board, nowNs, message.connection, sink);
      return;
    case 'inbound':
      receiveForStandby(board, nowNs, message.packet, sink);
      return;
    case 'segment':
      return;
  }
}

function store(board: Board, nowNs: number, commit: CommitMessage, sink: BoardSink): void {
  const carried = board.carried.get(commit.connection);
  const { change, output, first, mssBytes } = commit;
  for (const [name, value] of change.sets) board.store.set(name, value);
  if (carried === undefined) return;
  carried.session = change.session;
  trace(board, sink, 'backup.stored', { connection: carried.id, first, bytes: output.length });
  writeShadow(nowNs, carried, output, mssBytes);
  consume(board, nowNs, carried, commit.consumedBytes, sink);
  if (commit.ends) closeShadow(board, nowNs, carried, sink);
  board.touched.clear();
}

/** What was sent on while the active told where it stands: what it had of it already counts once. */
function catchUp(board: Board, nowNs: number, sink: BoardSink): void {
  board.isSynced = true;
  feedHeldBack(board, nowNs, sink);
  sink.record('backup.ready', { epoch: board.epoch, connections: board.carried.size });
}

/** Returns packets of connections that it has not got. */
export function feedHeldBack(board: Board, nowNs: number, sink: BoardSink): Uint8Array[] {
  return board.heldBack.splice(0).filter((packet) => {
    const carried = carriedOf(board, packet, findSegment(packet)!);
    if (carried !== undefined) feed(board, nowNs, carried, packet, sink);
    return carried === undefined;
  });
}

/** Those whose connection is here now. */
function forgetSyns(board: Board): void {
  const left = board.unanswered.filter(
    (packet) => carriedOf(board, packet, findSegment(packet)!) === undefined,
  );
  board.unanswered.splice(0, board.unanswered.length, ...left);
}

function forget(board: Board, nowNs: number, id: number, sink: BoardSink): void {
  const carried = board.carried.get(id);
  if (carried === undefined) return;
  muted(board, () =>
    abortConnection(board.machine, nowNs, carried.connection, tcpSinkOf(board, sink)),
  );
  board.touched.clear();
  removeCarried(board, nowNs, carried);
}
