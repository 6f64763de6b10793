/** A board asks for the next epoch, and becomes the one that speaks: or learns that another one does. */

import { formatEndpoint } from '../base/address.ts';
import { drawUint32 } from '../base/random.ts';
import { never } from '../base/time.ts';
import type { BackupFrame } from '../wire/backup.ts';
import { openAllGates, receiveForActive, settle } from './active.ts';
import { frameOf } from './board-link.ts';
import { type Board, type BoardSink, createBoard, createBoardChannel } from './board-state.ts';
import { revive } from './revive.ts';
import { feedHeldBack } from './standby.ts';
import { tcpSinkOf } from './tcp-events.ts';

/** The other board was not heard for too long. */
export function claimNext(board: Board, nowNs: number, sink: BoardSink): void {
  const silentNs = nowNs - board.heardAtNs;
  const was = board.role.kind;
  sink.record('backup.detected', { was, silentNs, epoch: board.epoch });
  claimAs(board, nowNs, was === 'standby');
}

/** Nobody speaks, and nobody was heard: it begins as an active with nothing. */
export function beginAlone(board: Board, nowNs: number, sink: BoardSink): void {
  board.aloneAtNs = never;
  sink.record('backup.alone', { epoch: board.epoch });
  claimAs(board, nowNs, false);
}

function claimAs(board: Board, nowNs: number, isTakeOver: boolean): void {
  const claim = drawUint32(board.options.random);
  board.role = { kind: 'claiming', epoch: board.epoch + 1, claim, isTakeOver };
  board.askAtNs = nowNs;
}

export function askForEpoch(board: Board, sink: BoardSink): void {
  if (board.role.kind !== 'claiming') return;
  const { epoch, claim: number } = board.role;
  sink.toInterface(frameOf(board, 'claim', { epoch, number }));
}

export function heedGranted(
  board: Board,
  nowNs: number,
  { epoch }: BackupFrame,
  sink: BoardSink,
): void {
  const { role } = board;
  if (role.kind !== 'claiming' || role.epoch !== epoch) return;
  if (role.isTakeOver && board.options.isCold) Object.assign(board, createBoard(board.options));
  board.epoch = epoch;
  board.role = { kind: 'active' };
  // Nobody is left who would acknowledge what is on its way.
  board.channel = createBoardChannel(board.options);
  if (role.isTakeOver) takeOver(board, nowNs, sink);
  else openAllGates(board, nowNs, sink);
}

function takeOver(board: Board, nowNs: number, sink: BoardSink): void {
  board.partner = { kind: 'none' };
  const strays = feedHeldBack(board, nowNs, sink);
  const lost = board.connectionsToCome;
  if (!board.isSynced && !board.options.isCold) {
    sink.record('backup.unsynced', { connections: board.carried.size, lost });
  }
  sink.record('backup.taken-over', { epoch: board.epoch, connections: board.carried.size });
  for (const carried of board.carried.values()) {
    const { id, connection, held } = carried;
    if (connection.state === 'closed') continue;
    const from = revive(board.machine, nowNs, connection, held, tcpSinkOf(board, sink));
    held.list.length = 0;
    board.touched.add(connection);
    sink.record('backup.resumed', {
      connection: id,
      remote: formatEndpoint(connection.remote),
      ...(from !== undefined && { from }),
    });
  }
  settle(board, nowNs, sink);
  for (const packet of board.unanswered.splice(0)) receiveForActive(board, nowNs, packet, sink);
  // Peers of connections that nobody has are told so.
  for (const packet of strays) receiveForActive(board, nowNs, packet, sink);
}

/** A standby that has everything takes over long before. */
const silencesAlone = 10;
/** Who speaks may have connections still, and be waiting for a processor: without an answer so much longer. */
const timesIfAnother = 3;

/** Another board speaks: what this one has is of no use, and must not be heard. */
export function heedFenced(
  board: Board,
  nowNs: number,
  { epoch, number: speaker }: BackupFrame,
  sink: BoardSink,
): void {
  const { role } = board;
  const isBehind = role.kind === 'claiming' ? epoch >= role.epoch : epoch > board.epoch;
  if (!isBehind) return;
  sink.record('backup.fenced', { was: board.epoch, epoch });
  const { noted } = board;
  Object.assign(board, createBoard({ ...board.options, begins: 'standby' }), { epoch, noted });
  board.askAtNs = nowNs;
  board.beatAtNs = nowNs;
  board.speaker = speaker;
  board.aloneAtNs = nowNs + aloneNs(board);
}

function aloneNs({ options, speaker }: Board): number {
  const silenceNs = options.missedHeartbeats * options.heartbeatNs;
  return silencesAlone * silenceNs * (speaker === options.board ? 1 : timesIfAnother);
}

/** The board that speaks lives. From when it tells us something, a silence is one of a pair. */
export function noteSpeaker(board: Board, nowNs: number): void {
  if (board.aloneAtNs === never) return;
  board.aloneAtNs = board.channel.expected > 0 ? never : nowNs + aloneNs(board);
}
