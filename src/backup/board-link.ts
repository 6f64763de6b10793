/** How a board puts frames on its two links. */

import { wrapSequence } from '../tcp/sequence.ts';
import { type BackupFrame, type BackupKind, backupVersion } from '../wire/backup.ts';
import { type BoardMessage, emitBoardMessage } from './board-message.ts';
import type { Board, BoardSink } from './board-state.ts';
import { type ChannelSink, noteAcknowledged, queueMessage, sendQueued } from './channel.ts';

const none = new Uint8Array(0);

export function frameOf(
  board: Board,
  kind: BackupKind,
  content: Partial<BackupFrame> = {},
): BackupFrame {
  return {
    version: board.options.version ?? backupVersion,
    kind,
    isLast: false,
    isAsking: false,
    channel: board.channelNumber,
    board: board.options.board,
    epoch: board.epoch,
    number: 0,
    acknowledged: wrapSequence(board.channel.expected),
    body: none,
    ...content,
  };
}

/** Also says how much of the other's has arrived. */
export function sendToOther(board: Board, frame: BackupFrame, sink: BoardSink): void {
  noteAcknowledged(board.channel);
  sink.toOther(frame);
}

/** Parts go to the other board; what comes of the channel is for who is at work. */
export function partsTo(
  board: Board,
  sink: BoardSink,
  events: Pick<ChannelSink, 'stored' | 'message'>,
): ChannelSink {
  return {
    part: (part) => sendToOther(board, frameOf(board, 'part', part), sink),
    ...events,
  };
}

const silent = { stored() {}, message() {} };

/** What has to be stored before the peer sees anything of it. */
const isAwaitedKind: Readonly<Record<BoardMessage['kind'], boolean>> = {
  commit: true,
  packet: true,
  connection: true,
  synced: true,
  inbound: false,
  segment: false,
  dropped: false,
  welcome: false,
};

/** It goes with all else that is told at the end of the event. Returns its token. */
export function tell(board: Board, message: BoardMessage): number {
  const isAwaited = board.role.kind === 'active' && isAwaitedKind[message.kind];
  return queueMessage(board.channel, emitBoardMessage(message), isAwaited);
}

export function sendTold(board: Board, nowNs: number, sink: BoardSink): void {
  sendQueued(board.channel, nowNs, partsTo(board, sink, silent));
}

/** What happens too often to be in every trace. */
export function trace(
  { options }: Board,
  sink: BoardSink,
  kind: string,
  fields: Readonly<Record<string, string | number | boolean>>,
): void {
  if (options.trace) sink.record(kind, fields);
}

/** What repeats itself is worth one record. */
export function noteOnce(
  board: Board,
  sink: BoardSink,
  kind: string,
  fields: Readonly<Record<string, string | number | boolean>>,
): void {
  const key = `${kind} ${JSON.stringify(fields)}`;
  if (board.noted.has(key)) return;
  board.noted.add(key);
  sink.record(kind, fields);
}
