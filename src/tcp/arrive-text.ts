/** What a segment carries, and its FIN (RFC 9293 3.10.7.4, seventh and eighth). */
import { never } from '../base/time.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { resetWith } from './arrive-closed.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { writeRing } from './byte-ring.ts';
import type { Connection } from './connection.ts';
import type { TcpMachine } from './machine-state.ts';
import { addRange, dropRangesBelow, holdsRange } from './ranges.ts';
import type { TcpSink } from './sink.ts';
import { endConnection, enter, enterTimeWait } from './transition.ts';

/** RFC 3168 5. */
const congestionExperienced = 3;

export function acceptText(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const count = segment.end - segment.payloadAt;
  const isFin = (segment.flags & tcpFlag.fin) !== 0;
  if (count === 0 && !isFin) return;
  const { state, receive } = connection;
  if (!mayReceive(state)) return;
  if (connection.isReleased && count > 0 && segment.sequence + count > receive.nxt) {
    // RFC 1122 4.2.2.13: nobody is left to read it.
    resetWith(machine, segment, segment.wireAcknowledgment, sink);
    endConnection(machine, connection, 'aborted', sink);
    return;
  }
  heedEcn(connection, segment);
  const before = receive.nxt;
  if (isFin) noteFin(connection, segment.sequence + count);
  if (count > 0) store(connection, segment, nowNs);
  const isFinNext = receive.finAt === receive.nxt;
  if (receive.nxt > before) sink.readable(connection);
  if (isFinNext) arriveFin(machine, nowNs, connection, sink);
  // RFC 5681 4.2: a FIN behind a gap tells of the gap as data does.
  else if (isFin) receive.isAckOwed = true;
}

function mayReceive(state: Connection['state']): boolean {
  return state === 'established' || state === 'fin-wait-1' || state === 'fin-wait-2';
}

/** RFC 3168 6.1.3: echoed until the sender says that it has heard. */
function heedEcn({ options, receive }: Connection, segment: ArrivedSegment): void {
  if (!options.hasEcn) return;
  if ((segment.flags & tcpFlag.cwr) !== 0) receive.isEcnEchoOwed = false;
  if (segment.ecn !== congestionExperienced) return;
  receive.isEcnEchoOwed = true;
  receive.isAckOwed = true;
}

/** A FIN beyond the window will come again. */
function noteFin({ receive }: Connection, at: number): void {
  if (receive.finAt === undefined && at <= receive.offeredTo && at >= receive.nxt)
    receive.finAt = at;
}

function store(connection: Connection, segment: ArrivedSegment, nowNs: number): void {
  const { receive, counts, options } = connection;
  const to = segment.sequence + segment.end - segment.payloadAt;
  const right = Math.min(to, receive.offeredTo, receive.finAt ?? never);
  const left = Math.max(segment.sequence, receive.nxt);
  if (segment.sequence < receive.nxt && options.hasSack) {
    receive.duplicateLeft = segment.sequence;
    receive.duplicateRight = Math.min(to, receive.nxt);
  }
  if (right < to) receive.isAckOwed = true;
  if (left >= right) {
    receive.isAckOwed = true;
    return;
  }
  const from = segment.payloadAt + left - segment.sequence;
  if (left > receive.nxt && holdsRange(receive.early, left, right)) {
    noteEarlyDuplicate(connection, left, right);
    return;
  }
  writeRing(receive.buffer, left - receive.bufferedFrom, segment.bytes, from, from + right - left);
  counts.bytesReceived += right - left;
  if (left > receive.nxt) {
    // RFC 5681 4.2: a gap is told at once.
    addRange(receive.early, left, right);
    receive.isAckOwed = true;
    return;
  }
  receive.nxt = right;
  if (receive.early.list.length > 0) joinEarly(connection);
  else oweAck(connection, nowNs, right - left);
}

/** RFC 2883 4: the duplicate, then the range that holds it. */
function noteEarlyDuplicate({ receive, options }: Connection, left: number, right: number): void {
  receive.isAckOwed = true;
  addRange(receive.early, left, right);
  if (!options.hasSack) return;
  receive.duplicateLeft = left;
  receive.duplicateRight = right;
}

/** What came early and fits now; RFC 5681 4.2: a gap that fills is told at once. */
function joinEarly({ receive }: Connection): void {
  const first = receive.early.list[0]!;
  if (first.left <= receive.nxt && first.right > receive.nxt) receive.nxt = first.right;
  dropRangesBelow(receive.early, receive.nxt);
  receive.isAckOwed = true;
}

/** RFC 9293 3.8.6.3: every second full segment at once, the rest within the delay. */
function oweAck(connection: Connection, nowNs: number, bytes: number): void {
  const { receive, settings, timers, congestion } = connection;
  receive.unacknowledgedSegments++;
  receive.unacknowledgedBytes += bytes;
  if (bytes > receive.largestBytes) receive.largestBytes = bytes;
  const fullBytes = Math.min(congestion.mssBytes, receive.largestBytes);
  const isMuch = receive.unacknowledgedBytes >= 2 * fullBytes;
  if (isMuch || settings.delayedAckNs === 0) {
    receive.isAckOwed = true;
  } else if (timers.delayedAckAtNs === never) {
    timers.delayedAckAtNs = nowNs + settings.delayedAckNs;
  }
}

function arriveFin(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { receive, state } = connection;
  receive.nxt += 1;
  receive.offeredTo = Math.max(receive.offeredTo, receive.nxt);
  receive.isAckOwed = true;
  sink.ended(connection);
  if (state === 'established') {
    enter(connection, 'close-wait', sink);
  } else if (state === 'fin-wait-2') {
    enterTimeWait(machine, nowNs, connection, sink);
  } else {
    enter(connection, 'closing', sink);
  }
}
