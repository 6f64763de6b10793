/** A board: frames and the time come in, frames and records go out. */
import { never } from '../base/time.ts';
import { advance as advanceTcp } from '../tcp/machine.ts';
import { type BackupFrame, backupVersion } from '../wire/backup.ts';
import { isMalformed } from '../wire/malformed.ts';
import {
  askForAppointment,
  heedAppointed,
  heedHello,
  heedStored,
  receiveForActive,
  settle,
} from './active.ts';
import { frameOf, noteOnce, partsTo, sendTold, sendToOther, tell } from './board-link.ts';
import { parseBoardMessage } from './board-message.ts';
import { type Board, type BoardSink, isTelling } from './board-state.ts';
import {
  advanceChannel,
  type ChannelSink,
  isFull,
  receiveAcknowledgement,
  receivePart,
} from './channel.ts';
import { packetAgain } from './packet-bytes.ts';
import { heedActive, receiveForStandby } from './standby.ts';
import {
  askForEpoch,
  beginAlone,
  claimNext,
  heedFenced,
  heedGranted,
  noteSpeaker,
} from './take-over.ts';
import { tcpSinkOf } from './tcp-events.ts';

/** A frame from the interface board. */
export function receiveFromInterface(
  board: Board,
  nowNs: number,
  frame: BackupFrame,
  sink: BoardSink,
): void {
  if (frame.version !== backupVersion) return;
  switch (frame.kind) {
    case 'packet':
      receivePacketFrame(board, nowNs, frame, sink);
      break;
    case 'granted':
      heedGranted(board, nowNs, frame, sink);
      break;
    case 'fenced':
      heedFenced(board, nowNs, frame, sink);
      break;
    case 'appointed':
      heedAppointed(board, nowNs, frame, sink);
      break;
    case 'heartbeat':
      heedQuestion(board, nowNs, frame, sink);
      break;
    case 'part':
    case 'hello':
    case 'claim':
    case 'appoint':
      break;
  }
  finish(board, nowNs, sink);
}

/** A board asks whether we live; or its answer. */
function heedQuestion(board: Board, nowNs: number, frame: BackupFrame, sink: BoardSink): void {
  if (board.role.kind === 'active') {
    sink.toInterface(frameOf(board, 'heartbeat', { board: frame.board }));
  } else noteSpeaker(board, nowNs);
}

function receivePacketFrame(board: Board, nowNs: number, frame: BackupFrame, sink: BoardSink) {
  if (board.role.kind === 'active') {
    // The standby has it first also where it does not hear the peer: it sends it back.
    if (board.options.isPlain && isTelling(board)) tellOfPeer(board, frame.body);
    else receiveForActive(board, nowNs, frame.body, sink);
    return;
  }
  board.epoch = Math.max(board.epoch, frame.epoch);
  receiveForStandby(board, nowNs, frame.body, sink);
}

/** Full: the peer sends it again. */
function tellOfPeer(board: Board, packet: Uint8Array): void {
  if (!isFull(board.channel)) tell(board, { kind: 'inbound', packet });
}

/** A frame from the other board. */
export function receiveFromOther(
  board: Board,
  nowNs: number,
  frame: BackupFrame,
  sink: BoardSink,
): void {
  if (frame.kind === 'hello') {
    if (board.role.kind === 'active') heedHello(board, nowNs, frame, sink);
    finish(board, nowNs, sink);
    return;
  }
  if (frame.version !== (board.options.version ?? backupVersion)) {
    noteOnce(board, sink, 'backup.other-version', { version: frame.version, board: frame.board });
    return;
  }
  if (frame.channel !== board.channelNumber) return;
  board.heardAtNs = nowNs;
  noteSpeaker(board, nowNs);
  if (board.role.kind === 'standby') board.epoch = Math.max(board.epoch, frame.epoch);
  const events = channelSinkOf(board, nowNs, sink);
  receiveAcknowledgement(board.channel, nowNs, frame.acknowledged, events);
  if (frame.kind === 'part') {
    receivePart(board.channel, nowNs, frame, events);
  }
  finish(board, nowNs, sink);
}

function channelSinkOf(board: Board, nowNs: number, sink: BoardSink): ChannelSink {
  return partsTo(board, sink, {
    stored: (token) => {
      if (board.role.kind === 'active') heedStored(board, nowNs, token, sink);
    },
    message: (bytes) => {
      if (board.role.kind === 'active') heedStandby(board, nowNs, bytes, sink);
      else heedActive(board, nowNs, bytes, sink);
    },
  });
}

/** A packet of the peer's, sent on. */
function heedStandby(board: Board, nowNs: number, bytes: Uint8Array, sink: BoardSink): void {
  const message = parseBoardMessage(bytes);
  if (isMalformed(message)) {
    sink.record('backup.malformed', { reason: message.malformed });
  } else if (message.kind === 'inbound') {
    receiveForActive(board, nowNs, message.packet, sink);
  } else if (message.kind === 'segment') {
    const carried = board.carried.get(message.connection);
    if (carried === undefined) return;
    const { local, remote } = carried.connection;
    const packet = packetAgain(local, remote, message.segment, message.ecn);
    receiveForActive(board, nowNs, packet, sink);
  }
}

/** The link between the boards lost its carrier: nothing will be heard. */
export function loseCarrier(board: Board, nowNs: number, sink: BoardSink): void {
  if (isWatching(board)) claimNext(board, nowNs, sink);
  finish(board, nowNs, sink);
}

/** Does what is due; earlier than `board.deadlineNs` it does nothing. */
export function advanceBoard(board: Board, nowNs: number, sink: BoardSink): void {
  if (nowNs < board.deadlineNs) return;
  if (isWatching(board) && nowNs >= silentAtNs(board)) claimNext(board, nowNs, sink);
  if (nowNs >= board.aloneAtNs) beginAlone(board, nowNs, sink);
  if (nowNs >= board.askAtNs) ask(board, nowNs, sink);
  if (board.role.kind === 'active') {
    advanceTcp(board.machine, nowNs, tcpSinkOf(board, sink));
  }
  advanceChannel(board.channel, nowNs, channelSinkOf(board, nowNs, sink));
  if (nowNs >= board.beatAtNs) beat(board, nowNs, sink);
  finish(board, nowNs, sink);
}

/** Something would be done if the other board were not heard. */
function isWatching(board: Board): boolean {
  if (board.role.kind === 'standby')
    return board.isSynced || board.options.isCold || hasBegun(board);
  return board.role.kind === 'active' && board.partner.kind !== 'none';
}

/** It was told something. */
function hasBegun({ channel }: Board): boolean {
  return channel.expected > 0;
}

function silentAtNs(board: Board): number {
  const { heardAtNs, options } = board;
  return heardAtNs + options.heartbeatNs * options.missedHeartbeats * silencesOf(board);
}

function silencesOf({ role, isSynced, options }: Board): number {
  if (role.kind === 'active') return options.standbySilences;
  if (isSynced || options.isCold) return 1;
  // An active that lives, and only was not heard, has claimed the epoch by then.
  return options.standbySilences + 1;
}

/** What goes on being asked until there is an answer. */
function ask(board: Board, nowNs: number, sink: BoardSink): void {
  board.askAtNs = nowNs + board.options.heartbeatNs;
  if (board.role.kind === 'claiming') askForEpoch(board, sink);
  else if (board.role.kind === 'active') askForAppointment(board, sink);
  else if (!hasBegun(board)) {
    sendToOther(board, frameOf(board, 'hello'), sink);
    if (board.aloneAtNs !== never) sink.toInterface(frameOf(board, 'heartbeat'));
  }
}

function beat(board: Board, nowNs: number, sink: BoardSink): void {
  board.beatAtNs = nowNs + board.options.heartbeatNs;
  if (hasOther(board)) sendToOther(board, frameOf(board, 'heartbeat'), sink);
}

function hasOther(board: Board): boolean {
  return board.role.kind === 'standby' ? hasBegun(board) : board.partner.kind !== 'none';
}

/** At the end of every event. */
function finish(board: Board, nowNs: number, sink: BoardSink): void {
  if (board.role.kind === 'active') settle(board, nowNs, sink);
  sendTold(board, nowNs, sink);
  if (board.channel.isAckOwed) sendToOther(board, frameOf(board, 'heartbeat'), sink);
  const tcpNs = board.role.kind === 'active' ? board.machine.deadlineNs : never;
  const watchNs = isWatching(board) ? silentAtNs(board) : never;
  const { askAtNs, beatAtNs, aloneAtNs, channel } = board;
  const channelNs = Math.min(channel.deadlineNs, channel.ackAtNs);
  board.deadlineNs = Math.min(tcpNs, watchNs, askAtNs, beatAtNs, aloneAtNs, channelNs);
}
