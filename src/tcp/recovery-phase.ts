/** When recovery begins, when it ends, and when it was for nothing. */
import { never } from '../base/time.ts';
import { tcpFlag } from '../wire/tcp.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { controllerOf } from './congestion/controllers.ts';
import type { Connection } from './connection.ts';
import { markLost, unmarkLost } from './detect-loss.ts';
import { flightField, flightFlag, rowAt } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { recordRecovery } from './records.ts';
import { prrAllowance, startPrr } from './recovery/prr.ts';
import { endRackRecovery } from './recovery/rack.ts';
import { endBackoff } from './recovery/rto.ts';
import { forgetProbe, judgeProbe } from './recovery/tail-loss-probe.ts';
import { unwrapSequence } from './sequence.ts';
import type { TcpSink } from './sink.ts';

/** RFC 5681 3.2. */
const duplicateThreshold = 3;

/** After the scoreboard took the ACK in: in or out of a recovery, and how much it lets out. */
export function settlePhase(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const { send, recovery, options } = connection;
  const { ack } = machine;
  if (recovery.phase !== 'open' && send.una >= recovery.pointTo) leave(nowNs, connection, sink);
  if (!options.hasSack) ack.lossBytes += lossWithoutSack(connection, ack.ackedBytes > 0);
  const isLoss = ack.lossBytes > 0 && (recovery.phase === 'open' || recovery.phase === 'reduced');
  if (isLoss) beginRecovery(nowNs, connection, 'recovery', ack.lossBytes, sink);
  else if (isEcnNews(connection, segment)) beginRecovery(nowNs, connection, 'reduced', 0, sink);
  if (recovery.phase === 'recovery') reduceRate(machine, connection);
}

/** RFC 3168 6.1.2: once for each window of data. Until CWR has arrived over there the echo is the old one. */
function isEcnNews({ options, recovery, send }: Connection, segment: ArrivedSegment): boolean {
  if (!options.hasEcn || (segment.flags & tcpFlag.ece) === 0) return false;
  return recovery.phase === 'open' && send.una > recovery.pointTo;
}

/** RFC 6675 5 (4), RFC 3168 6.1.2. A window that was already cut for ECN is not cut again. */
export function beginRecovery(
  nowNs: number,
  connection: Connection,
  phase: 'recovery' | 'reduced',
  lossBytes: number,
  sink: TcpSink,
): void {
  const { send, recovery, congestion, delivery, prr, probe } = connection;
  const wasReduced = recovery.phase === 'reduced';
  recovery.phase = phase;
  recovery.pointTo = send.nxt;
  recovery.firstRetransmitAtNs = never;
  recovery.undoableRetransmissions = 0;
  forgetProbe(probe);
  const inflightBytes = send.nxt - send.una;
  startPrr(prr, inflightBytes);
  if (phase === 'reduced') send.isReductionTold = false;
  if (!wasReduced) {
    const cause = phase === 'reduced' ? 'ecn' : 'loss';
    const event = {
      cause,
      inflightBytes,
      lossBytes,
      deliveredBytes: delivery.deliveredBytes,
    } as const;
    controllerOf(congestion.kind).onCongestion(congestion, nowNs, event);
  }
  recordRecovery(sink, connection, phase);
}

function leave(nowNs: number, connection: Connection, sink: TcpSink): void {
  const { recovery, congestion, rack } = connection;
  const { phase } = recovery;
  recovery.phase = 'open';
  recovery.duplicateAcks = 0;
  if (phase !== 'reduced') endRackRecovery(rack);
  // After a time-out the window grows by slow start: nobody made it small on the way.
  if (phase !== 'loss')
    controllerOf(congestion.kind).onRecovered(congestion, nowNs, recovery.inflightBytes);
  recordRecovery(sink, connection, 'open');
}

function reduceRate(machine: TcpMachine, connection: Connection): void {
  const { recovery, congestion, prr } = connection;
  const { ack } = machine;
  if (!controllerOf(congestion.kind).usesRateReduction) return;
  const pipeBytes = recovery.inflightBytes;
  const allowance = prrAllowance(prr, {
    deliveredBytes: ack.newlyDeliveredBytes,
    pipeBytes,
    ssthreshBytes: congestion.ssthreshBytes,
    segmentBytes: congestion.mssBytes,
    isSafe: ack.ackedBytes > 0 && ack.lossBytes === 0,
  });
  congestion.cwndBytes = Math.max(pipeBytes + allowance, congestion.mssBytes);
}

/** RFC 6582 3.2 steps 2 and 3. */
function lossWithoutSack(connection: Connection, isAdvance: boolean): number {
  const { recovery, send } = connection;
  if (send.flight.count === 0) return 0;
  const isThird = recovery.phase === 'open' && recovery.duplicateAcks === duplicateThreshold;
  const isPartial = recovery.phase === 'recovery' && isAdvance;
  if (!isThird && !isPartial) return 0;
  const at = rowAt(send.flight, 0);
  const isLost = (send.flight.rows[at + flightField.flags]! & flightFlag.lost) !== 0;
  return isLost ? 0 : markLost(connection, at);
}

/** RFC 8985 7.4: a probe that repaired a loss hid it from the recovery: the controller is told here. */
export function judgeTailProbe(
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  hasDsack: boolean,
  isPlainDuplicate: boolean,
): void {
  const { probe, send, congestion, recovery, delivery } = connection;
  if (probe.endSequence === undefined) return;
  const { acknowledgment } = segment;
  const toOfDsack = hasDsack ? unwrapSequence(segment.blocks[1]!, send.una) : -1;
  const hasDsackOfProbe = toOfDsack === probe.endSequence;
  const outcome = judgeProbe(probe, { acknowledgment, hasDsackOfProbe, isPlainDuplicate });
  if (outcome !== 'repaired' || recovery.phase !== 'open') return;
  const controller = controllerOf(congestion.kind);
  const inflightBytes = send.nxt - send.una;
  controller.onCongestion(congestion, nowNs, {
    cause: 'loss',
    inflightBytes,
    lossBytes: congestion.mssBytes,
    deliveredBytes: delivery.deliveredBytes,
  });
  controller.onRecovered(congestion, nowNs, inflightBytes);
}

/**
 * RFC 3522 3.2 with RFC 4015: the ACK for a segment that was sent again answers the first sending. RFC 3708:
 * every retransmission was answered by a D-SACK.
 */
export function undoIfSpurious(
  nowNs: number,
  connection: Connection,
  isAnswer: boolean,
  echoAtNs: number | undefined,
  sink: TcpSink,
): void {
  const { recovery, congestion, counts, rto } = connection;
  if (recovery.phase !== 'recovery' && recovery.phase !== 'loss') return;
  const { firstRetransmitAtNs, undoableRetransmissions } = recovery;
  const isByEcho = isAnswer && echoAtNs !== undefined && echoAtNs < firstRetransmitAtNs;
  const isByDsack = firstRetransmitAtNs !== never && undoableRetransmissions === 0;
  if (!isByEcho && !isByDsack) return;
  recovery.phase = 'open';
  recovery.undoableRetransmissions = -1;
  counts.spuriousRecoveries++;
  unmarkLost(connection);
  endBackoff(rto);
  controllerOf(congestion.kind).onSpurious(congestion, nowNs);
  recordRecovery(sink, connection, 'spurious');
}
