/** A connection's timers (RFC 9293 3.8, 3.10.8). */
import { never } from '../base/time.ts';
import { controllerOf } from './congestion/controllers.ts';
import type { Connection } from './connection.ts';
import { detectLosses, forgetSacked, markAllLost } from './detect-loss.ts';
import { flightField, flightFlag, rowAt, splitRow } from './flight.ts';
import { expireKeepAlive } from './keep-alive.ts';
import type { TcpMachine } from './machine-state.ts';
import { flush, unsentBytes } from './output.ts';
import { settlePathProbe, suspectBlackHole } from './path-probe.ts';
import { expireTailProbe } from './probe-tail.ts';
import { recordTimeout } from './records.ts';
import { backOff, currentRtoNs } from './recovery/rto.ts';
import { forgetProbe } from './recovery/tail-loss-probe.ts';
import { beginRecovery } from './recovery-phase.ts';
import { fullSegmentBytes } from './segment-size.ts';
import { resendSegment, sendNewSegment } from './send-segment.ts';
import { armPersist } from './send-timers.ts';
import type { TcpSink } from './sink.ts';
import { endConnection } from './transition.ts';

/** Does what is due, each timer at most once. */
export function expire(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { timers } = connection;
  if (timers.lingerAtNs <= nowNs) {
    endConnection(machine, connection, 'finished', sink);
    return;
  }
  if (timers.userTimeoutAtNs <= nowNs) {
    const reason = connection.send.isUnreachable ? 'unreachable' : 'timed-out';
    endConnection(machine, connection, reason, sink);
    return;
  }
  if (timers.keepAliveAtNs <= nowNs && expireKeepAlive(machine, nowNs, connection, sink)) return;
  if (timers.delayedAckAtNs <= nowNs) {
    timers.delayedAckAtNs = never;
    connection.receive.isAckOwed = true;
  }
  if (timers.reorderAtNs <= nowNs) expireReorder(machine, nowNs, connection, sink);
  // RFC 8985 7.2: where both are due the probe goes, and the retransmission timer starts again.
  if (timers.tailProbeAtNs <= nowNs) expireTailProbe(machine, nowNs, connection, sink);
  else if (timers.retransmitAtNs <= nowNs) expireRetransmit(machine, nowNs, connection, sink);
  if (timers.persistAtNs <= nowNs) expirePersist(machine, nowNs, connection, sink);
  flush(machine, nowNs, connection, sink);
}

/** RFC 6298 5.4 to 5.7, RFC 5681 3.1, RFC 8985 6.3. */
function expireRetransmit(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { send, recovery, timers, rto, counts } = connection;
  timers.retransmitAtNs = never;
  timers.tailProbeAtNs = never;
  timers.reorderAtNs = never;
  if (send.flight.count === 0) return;
  counts.timeouts++;
  recordTimeout(sink, connection, 'retransmission');
  if (isOpening(connection)) {
    backOff(rto);
    resendSegment(machine, nowNs, connection, 0, sink);
    return;
  }
  suspectBlackHole(connection, nowNs, sink);
  const firstFlags = send.flight.rows[rowAt(send.flight, 0) + flightField.flags]!;
  if ((firstFlags & flightFlag.sacked) !== 0) forgetSacked(connection);
  const inflightBytes = send.nxt - send.una;
  const wasLoss = recovery.phase === 'loss';
  const lostBytes = markAllLost(connection);
  settlePathProbe(connection, nowNs, sink);
  recovery.phase = 'loss';
  recovery.pointTo = send.nxt;
  recovery.duplicateAcks = 0;
  recovery.undoableRetransmissions = wasLoss ? -1 : 0;
  recovery.firstRetransmitAtNs = never;
  forgetProbe(connection.probe);
  const { congestion, delivery } = connection;
  const { deliveredBytes } = delivery;
  const event = { cause: 'loss', inflightBytes, lossBytes: lostBytes, deliveredBytes } as const;
  controllerOf(congestion.kind).onTimeout(congestion, nowNs, event);
  backOff(rto);
  timers.retransmitAtNs = nowNs + currentRtoNs(rto);
}

function isOpening({ state }: Connection): boolean {
  return state === 'syn-sent' || state === 'syn-received';
}

/** RFC 8985 6.2 step 5: what could still have come has not. */
function expireReorder(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { recovery } = connection;
  const lostBytes = detectLosses(machine, nowNs, connection);
  settlePathProbe(connection, nowNs, sink);
  if (lostBytes === 0 || recovery.phase === 'recovery' || recovery.phase === 'loss') return;
  beginRecovery(nowNs, connection, 'recovery', lostBytes, sink);
  const { congestion } = connection;
  if (!controllerOf(congestion.kind).usesRateReduction) return;
  congestion.cwndBytes = Math.max(
    recovery.inflightBytes + congestion.mssBytes,
    congestion.mssBytes,
  );
}

/** RFC 9293 3.8.6.1, the zero-window probe: a byte; and 3.8.6.2.1, the override: what the window takes. */
function expirePersist(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { send, timers } = connection;
  const { flight } = send;
  timers.persistAtNs = never;
  const unsent = unsentBytes(connection);
  const usable = send.una + send.windowBytes - send.nxt;
  if (flight.count > 0) {
    const at = rowAt(flight, 0);
    const left = flight.rows[at + flightField.left]!;
    if (flight.rows[at + flightField.right]! > left + 1) splitRow(flight, 0, left + 1);
    resendSegment(machine, nowNs, connection, 0, sink);
  } else if (unsent > 0) {
    const most = Math.min(unsent, fullSegmentBytes(connection));
    const count = send.windowBytes === 0 ? 1 : Math.min(most, Math.max(1, usable));
    sendNewSegment(machine, nowNs, connection, count, 0, sink);
  } else {
    return;
  }
  if (send.windowBytes > 0) return;
  send.windowProbes++;
  timers.retransmitAtNs = never;
  recordTimeout(sink, connection, 'zero-window');
  armPersist(connection, nowNs);
}
