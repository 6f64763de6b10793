/** What an active does: the peer's packets, what its standby stored, and bringing a new standby up to date. */

import type { Connection } from '../tcp/connection.ts';
import { receivePacket } from '../tcp/packet-input.ts';
import { serialiseConnection } from '../tcp/serialise.ts';
import { type BackupFrame, backupVersion } from '../wire/backup.ts';
import { frameOf, noteOnce, tell, trace } from './board-link.ts';
import {
  type Board,
  type BoardSink,
  type Carried,
  createBoardChannel,
  isTelling,
} from './board-state.ts';
import { takeAll, takePacket } from './buffer-unit.ts';
import { addCarried, carriedOf, removeCarried } from './carried.ts';
import { demarcate } from './demarcation.ts';
import { passPacket, sendPacket } from './outgoing.ts';
import { findSegment } from './packet-bytes.ts';
import { serve, writeNext } from './serving.ts';
import { tcpSinkOf } from './tcp-events.ts';

/** From the interface board, or sent on by the standby. */
export function receiveForActive(
  board: Board,
  nowNs: number,
  packet: Uint8Array,
  sink: BoardSink,
): void {
  receivePacket(board.machine, nowNs, packet, tcpSinkOf(board, sink));
  const at = findSegment(packet);
  const carried = at === undefined ? undefined : carriedOf(board, packet, at);
  // Also where nothing was told: what it acknowledged makes room for more.
  if (carried !== undefined) board.touched.add(carried.connection);
  settle(board, nowNs, sink);
}

/** What the machine's calls left to do. Serving may lead to more. */
export function settle(board: Board, nowNs: number, sink: BoardSink): void {
  while (board.touched.size > 0) {
    const touched = [...board.touched];
    board.touched.clear();
    for (const connection of touched) settleOne(board, nowNs, connection, sink);
  }
}

function settleOne(board: Board, nowNs: number, connection: Connection, sink: BoardSink): void {
  const known = board.byConnection.get(connection.id);
  if (connection.state === 'closed') {
    if (known !== undefined) drop(board, nowNs, known);
    board.gates.delete(connection.id);
    return;
  }
  if (connection.state === 'listen') return;
  const carried = known ?? begin(board, nowNs, connection, sink);
  serve(board, nowNs, carried, sink);
}

function begin(board: Board, nowNs: number, connection: Connection, sink: BoardSink): Carried {
  const carried = addCarried(board, connection, board.nextConnection++);
  if (!isTelling(board)) return carried;
  const token = tellConnection(board, nowNs, carried, sink);
  if (board.gates.has(connection.id)) board.awaited.set(token, { kind: 'connection', connection });
  return carried;
}

function drop(board: Board, nowNs: number, carried: Carried): void {
  removeCarried(board, nowNs, carried);
  if (isTelling(board)) tell(board, { kind: 'dropped', connection: carried.id });
}

function tellConnection(board: Board, nowNs: number, carried: Carried, sink: BoardSink): number {
  const { id, connection, session } = carried;
  const demarcation = demarcate(connection.receive);
  trace(board, sink, 'backup.demarcation', { connection: id, ...demarcation });
  const state = serialiseConnection(connection);
  const told = { connection: id, savedAtNs: nowNs, state, session, demarcation };
  return tell(board, { kind: 'connection', ...told });
}

/** The standby has all of the message with this token. */
export function heedStored(board: Board, nowNs: number, token: number, sink: BoardSink): void {
  const { partner } = board;
  if (partner.kind === 'syncing' && partner.token === token) {
    board.partner = { kind: 'synced' };
    sink.record('backup.synced', { epoch: board.epoch, connections: board.carried.size });
  }
  const packet = takePacket(board.bufferUnit, token);
  if (packet !== undefined) {
    trace(board, sink, 'backup.taken', { token });
    sendPacket(board, packet, sink);
  }
  const awaited = board.awaited.get(token);
  if (awaited === undefined) return;
  board.awaited.delete(token);
  if (awaited.kind === 'commit') {
    trace(board, sink, 'backup.acked', { connection: awaited.carried.id, token });
    writeNext(board, nowNs, awaited.carried, sink);
    board.touched.add(awaited.carried.connection);
  } else openGate(board, awaited.connection, sink);
}

function openGate(board: Board, { id }: Connection, sink: BoardSink): void {
  const packets = board.gates.get(id) ?? [];
  board.gates.delete(id);
  for (const packet of packets) passPacket(board, packet, sink);
}

/** Nobody is there any more for whom anything would have to wait. */
export function openAllGates(board: Board, nowNs: number, sink: BoardSink): void {
  board.partner = { kind: 'none' };
  board.awaited.clear();
  for (const packet of takeAll(board.bufferUnit)) sendPacket(board, packet, sink);
  for (const packets of [...board.gates.values()]) {
    for (const packet of packets) sendPacket(board, packet, sink);
  }
  board.gates.clear();
  for (const carried of board.carried.values()) {
    while (carried.waiting.length > 0) writeNext(board, nowNs, carried, sink);
    board.touched.add(carried.connection);
  }
  settle(board, nowNs, sink);
}

/** A board without anything would be our standby. */
export function heedHello(board: Board, nowNs: number, frame: BackupFrame, sink: BoardSink): void {
  if (frame.version !== (board.options.version ?? backupVersion)) {
    noteOnce(board, sink, 'backup.other-version', { version: frame.version, board: frame.board });
    return;
  }
  const isKnown = board.partner.kind !== 'none' && board.channelNumber === frame.channel;
  board.heardAtNs = nowNs;
  if (isKnown) return;
  if (board.partner.kind !== 'none') openAllGates(board, nowNs, sink);
  board.channel = createBoardChannel(board.options);
  board.channelNumber = frame.channel;
  board.partner = { kind: 'appointing', board: frame.board };
  board.askAtNs = nowNs;
}

/** From here on the peer's packets come by way of the standby: what it is told now is all there is. */
export function heedAppointed(board: Board, nowNs: number, frame: BackupFrame, sink: BoardSink) {
  if (board.partner.kind !== 'appointing' || board.partner.board !== frame.board) return;
  const { mode } = board.options;
  const store = [...board.store];
  const { nextConnection, carried } = board;
  const connections = carried.size;
  tell(board, { kind: 'welcome', mode, nextConnection, connections, store });
  for (const one of carried.values()) tellConnection(board, nowNs, one, sink);
  const token = tell(board, { kind: 'synced' });
  board.partner = { kind: 'syncing', token };
}

export function askForAppointment(board: Board, sink: BoardSink): void {
  if (board.partner.kind !== 'appointing') return;
  sink.toInterface(frameOf(board, 'appoint', { board: board.partner.board }));
}
