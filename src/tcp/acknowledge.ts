/** A valid ACK, in the states where data flows (RFC 9293 3.10.7.4, fifth). */
import { tcpFlag } from '../wire/tcp.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { dropRing } from './byte-ring.ts';
import { controllerOf } from './congestion/controllers.ts';
import type { Connection } from './connection.ts';
import { detectLosses, markAllLost } from './detect-loss.ts';
import { flightField, rowAt } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { settlePathProbe } from './path-probe.ts';
import { beginRateSample, finishRateSample } from './recovery/delivery-rate.ts';
import { adaptReorderWindow } from './recovery/rack.ts';
import { endBackoff, expectedSamples, sampleRtt } from './recovery/rto.ts';
import { judgeTailProbe, settlePhase, undoIfSpurious } from './recovery-phase.ts';
import { dropAcknowledged, echoedAtNs, heedBlocks } from './scoreboard.ts';
import { armUserTimeout } from './send-segment.ts';
import { restartRetransmit, scheduleProbe } from './send-timers.ts';
import type { TcpSink } from './sink.ts';

/** SND.UNA =< SEG.ACK =< SND.NXT holds. */
export function heedAck(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const { send, rack, rto } = connection;
  const { ack } = machine;
  const before = send.una;
  const isPlain = isPlainDuplicate(connection, segment);
  const isOpening = heedWindow(connection, segment);
  beginAck(machine, connection, segment.acknowledgment - before);
  const firstWasResent = wasFirstResent(connection);
  const echo = echoedAtNs(connection, segment, nowNs);
  const flightBytes = send.nxt - before;
  if (ack.ackedBytes > 0) advanceUna(machine, nowNs, connection, segment.acknowledgment, echo);
  const hasDsack =
    connection.options.hasSack &&
    segment.blockCount > 0 &&
    heedBlocks(machine, nowNs, connection, segment, echo);
  if (machine.oldestRttNs > 0)
    sampleRtt(rto, machine.oldestRttNs, expectedSamples(flightBytes, send.mssBytes));
  adaptReorderWindow(rack, { una: send.una, next: send.nxt, hasDsack });
  if (isOpening) markAllLost(connection);
  ack.lossBytes = detectLosses(machine, nowNs, connection);
  countDuplicates(connection, ack.ackedBytes > 0, isPlain);
  judgeTailProbe(nowNs, connection, segment, hasDsack, isPlain);
  undoIfSpurious(nowNs, connection, ack.ackedBytes > 0 && firstWasResent, echo, sink);
  settlePhase(machine, nowNs, connection, segment, sink);
  settlePathProbe(connection, nowNs, sink);
  finishAck(machine, nowNs, connection, segment);
  if (ack.ackedBytes > 0) {
    endBackoff(rto);
    restartRetransmit(connection, nowNs);
    armUserTimeout(connection, nowNs);
    scheduleProbe(connection, nowNs);
    tellRoom(connection, sink);
  } else if (send.windowBytes === 0) {
    // RFC 9293 3.8.6.1: as long as probes are answered the connection stays open.
    armUserTimeout(connection, nowNs);
  }
}

function beginAck(machine: TcpMachine, { recovery }: Connection, ackedBytes: number): void {
  const { ack } = machine;
  ack.ackedBytes = ackedBytes;
  ack.newlyDeliveredBytes = 0;
  ack.lossBytes = 0;
  ack.rttNs = 0;
  ack.priorInflightBytes = recovery.inflightBytes;
  machine.oldestRttNs = 0;
  beginRateSample(machine.rateSample);
}

/** RFC 5681 2: outstanding data, no payload, nothing new acknowledged, the same window; one that is open: answers to its probes look alike. */
function isPlainDuplicate({ send, options }: Connection, segment: ArrivedSegment): boolean {
  return (
    segment.acknowledgment === send.una &&
    segment.payloadAt === segment.end &&
    send.nxt > send.una &&
    send.windowBytes > 0 &&
    segment.blockCount === 0 &&
    segment.window * 2 ** options.sendShift === send.windowBytes
  );
}

/** RFC 9293 3.10.7.4: SND.WND, from the newest segment only. True: a shut window opened over what it had refused. */
function heedWindow({ send, options }: Connection, segment: ArrivedSegment): boolean {
  const { sequence, acknowledgment } = segment;
  const isNewer = send.wl1 < sequence || (send.wl1 === sequence && send.wl2 <= acknowledgment);
  if (!isNewer) return false;
  const wasShut = send.windowBytes === 0;
  send.windowBytes = segment.window * 2 ** options.sendShift;
  send.wl1 = sequence;
  send.wl2 = acknowledgment;
  if (send.windowBytes > send.maxWindowBytes) send.maxWindowBytes = send.windowBytes;
  if (send.windowBytes === 0) return false;
  send.windowProbes = 0;
  return wasShut && send.nxt > acknowledgment;
}

/** The oldest segment was sent again in this recovery: an ACK that covers it may answer either sending. */
function wasFirstResent({ send, recovery }: Connection): boolean {
  const { flight } = send;
  if (flight.count === 0) return false;
  const at = rowAt(flight, 0);
  const isResent = flight.rows[at + flightField.retransmissions]! > 0;
  return isResent && flight.rows[at + flightField.sentAtNs]! >= recovery.firstRetransmitAtNs;
}

function advanceUna(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  acknowledgment: number,
  echoAtNs: number | undefined,
): void {
  const { send } = connection;
  dropAcknowledged(machine, nowNs, connection, acknowledgment, echoAtNs);
  send.una = acknowledgment;
  const count = Math.min(acknowledgment - send.bufferedFrom, send.buffer.length);
  if (count <= 0) return;
  dropRing(send.buffer, count);
  send.bufferedFrom += count;
}

/** RFC 6582 3.2: without SACK, three duplicates say that the first is lost, and each partial ACK that the next is. */
function countDuplicates(connection: Connection, isAdvance: boolean, isPlain: boolean): void {
  const { recovery, options } = connection;
  if (options.hasSack) return;
  if (isAdvance) recovery.duplicateAcks = 0;
  else if (isPlain) recovery.duplicateAcks++;
}

function finishAck(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
): void {
  const { send, recovery, rack, delivery, congestion } = connection;
  const { ack, rateSample } = machine;
  finishRateSample(delivery, rateSample, rack.minRttNs);
  ack.deliveredBytes = delivery.deliveredBytes;
  ack.priorDeliveredBytes = Math.max(0, rateSample.priorDeliveredBytes);
  ack.deliveryRateBps = rateSample.rateBps;
  ack.isAppLimited = rateSample.isAppLimited;
  ack.isWindowLimited = recovery.isWindowLimited;
  ack.inflightBytes = recovery.inflightBytes;
  ack.phase = recovery.phase;
  ack.acknowledged = send.una;
  ack.nextSequence = send.nxt;
  ack.isEcnMarked = connection.options.hasEcn && (segment.flags & tcpFlag.ece) !== 0;
  controllerOf(congestion.kind).onAck(congestion, nowNs, ack);
  if (ack.ackedBytes > 0) recovery.isWindowLimited = false;
}

/** A quarter of the buffer is free again. */
function tellRoom(connection: Connection, sink: TcpSink): void {
  const { send, settings } = connection;
  if (!send.isBlocked || send.buffer.length > settings.sendBufferBytes * 0.75) return;
  send.isBlocked = false;
  sink.writable(connection);
}
