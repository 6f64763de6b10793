/** The service and its connections: whole messages in, messages out, and the standby told of each. */
import { copyRing } from '../tcp/byte-ring.ts';
import { fullSegmentBytes } from '../tcp/segment-size.ts';
import { closeConnection, consumeBytes, writeBytes } from '../tcp/user-calls.ts';
import { readableCount } from '../tcp/window.ts';
import { tell, trace } from './board-link.ts';
import type { CommitMessage } from './board-message.ts';
import {
  type Board,
  type BoardSink,
  type Carried,
  isGated,
  isShadowing,
  isTelling,
  pipelineBytes,
} from './board-state.ts';
import { boundariesOf } from './boundaries.ts';
import { isFull } from './channel.ts';
import {
  fileMessageBytes,
  makeMessage,
  neededBytes,
  type Served,
  serveMessage,
} from './service.ts';
import { closeShadow, writeShadow } from './shadow.ts';
import { muted, tcpSinkOf } from './tcp-events.ts';

/** All that can be done for it now. */
export function serve(board: Board, nowNs: number, carried: Carried, sink: BoardSink): void {
  while (!carried.isEnding && carried.connection.state !== 'closed') {
    if (board.role.kind === 'active' && isTelling(board) && isFull(board.channel)) return;
    const served = next(board, carried);
    if (served === undefined) return;
    apply(board, nowNs, carried, served, sink);
  }
}

function next({ store }: Board, carried: Carried): Served | undefined {
  const { session, connection, producedTo } = carried;
  if (session.kind === 'sending') {
    return producedTo - connection.send.una < pipelineBytes ? makeMessage(session) : undefined;
  }
  const readable = readableCount(connection);
  const isMuch = readable >= neededBytes(session);
  const served = isMuch ? serveMessage(store, session, peek(carried, readable)) : undefined;
  return served ?? (hasEnded(carried) ? endOf(carried, readable) : undefined);
}

function peek({ connection }: Carried, readable: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(readable, fileMessageBytes));
  if (bytes.length > 0) copyRing(connection.receive.buffer, 0, bytes.length, bytes, 0);
  return bytes;
}

/** The peer's FIN stands behind what waits. */
function hasEnded({ connection }: Carried): boolean {
  const { finAt, nxt } = connection.receive;
  return finAt !== undefined && nxt > finAt;
}

/** What is left is no message, and never will be. */
function endOf({ session }: Carried, readable: number): Served {
  return { consumedBytes: readable, output: new Uint8Array(0), session, sets: [], ends: true };
}

function apply(
  board: Board,
  nowNs: number,
  carried: Carried,
  served: Served,
  sink: BoardSink,
): void {
  const { connection } = carried;
  carried.session = served.session;
  for (const [name, value] of served.sets) board.store.set(name, value);
  const mssBytes = fullSegmentBytes(connection);
  if (isShadowing(board)) {
    consume(board, nowNs, carried, served.consumedBytes, sink);
    writeShadow(nowNs, carried, served.output, mssBytes);
    if (served.ends) closeShadow(board, nowNs, carried, sink);
    return;
  }
  const first = carried.producedTo;
  carried.producedTo += served.output.length;
  carried.isEnding = served.ends;
  const { consumedBytes, output, ends, session, sets } = served;
  const change = { session, sets };
  const connectionId = carried.id;
  hand(
    board,
    nowNs,
    carried,
    {
      kind: 'commit',
      connection: connectionId,
      consumedBytes,
      ends,
      first,
      mssBytes,
      change,
      output,
    },
    sink,
  );
  consume(board, nowNs, carried, consumedBytes, sink);
}

/** To the standby first, where there is one that holds messages. */
function hand(
  board: Board,
  nowNs: number,
  carried: Carried,
  commit: CommitMessage,
  sink: BoardSink,
): void {
  if (board.options.mode === 'packets' || !isTelling(board)) {
    write(board, nowNs, carried, commit, sink);
    return;
  }
  traceBoundaries(board, carried, commit, sink);
  const token = tell(board, commit);
  trace(board, sink, 'backup.sent-to-standby', { connection: carried.id, token });
  if (!isGated(board)) {
    write(board, nowNs, carried, commit, sink);
    return;
  }
  carried.waiting.push(commit);
  board.awaited.set(token, { kind: 'commit', carried });
}

function traceBoundaries(board: Board, { id }: Carried, commit: CommitMessage, sink: BoardSink) {
  const { first, mssBytes, output } = commit;
  if (!board.options.trace || output.length === 0) return;
  const { last, segments } = boundariesOf(first, output.length, mssBytes);
  sink.record('backup.boundaries', { connection: id, first, last, mssBytes, segments });
}

/** The standby has the first of what waits. */
export function writeNext(board: Board, nowNs: number, carried: Carried, sink: BoardSink): void {
  const commit = carried.waiting.shift();
  if (commit !== undefined) write(board, nowNs, carried, commit, sink);
}

function write(
  board: Board,
  nowNs: number,
  { id, connection }: Carried,
  { output, ends, first }: CommitMessage,
  sink: BoardSink,
): void {
  const events = tcpSinkOf(board, sink);
  if (output.length > 0) {
    trace(board, sink, 'backup.on-wire', { connection: id, first, bytes: output.length });
    writeBytes(board.machine, nowNs, connection, output, events);
  }
  if (ends) closeConnection(board.machine, nowNs, connection, events);
}

export function consume(
  board: Board,
  nowNs: number,
  { connection }: Carried,
  bytes: number,
  sink: BoardSink,
): void {
  if (bytes === 0) return;
  const take = () => consumeBytes(board.machine, nowNs, connection, bytes, tcpSinkOf(board, sink));
  if (board.role.kind === 'active') take();
  else muted(board, take);
}
