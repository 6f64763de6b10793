/** A connection's own timers. */
import { takeDue } from '../base/deadline-queue.ts';
import { never, nsPerSecond } from '../base/time.ts';
import { settleTimers as settleTcpTimers } from '../tcp/machine-timers.ts';
import { resendSegment } from '../tcp/send-segment.ts';
import type { TcpSink } from '../tcp/sink.ts';
import { resetReason } from '../wire/mptcp.ts';
import { end, repeatFin } from './closing.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { dataRtoNs } from './data-timers.ts';
import { checkLiveness, probeIntervalNs, trust } from './liveness.ts';
import { type MptcpMachine, stir } from './machine-state.ts';
import { announceAgain } from './paths.ts';
import { putInLine } from './reinject.ts';
import { settle } from './settle.ts';

/** A path that was silent for so long is joined anew. */
const giveUpNs = 20 * nsPerSecond;
/** About a segment. */
const mostLengthAgain = 1_400;

/** Does what is due; earlier than `machine.deadlineNs` it does nothing. */
export function advance(machine: MptcpMachine, nowNs: number, sink: TcpSink): void {
  for (;;) {
    const owner = takeDue(machine, nowNs);
    if (owner === undefined) return;
    expire(machine, owner, nowNs, sink);
    stir(machine, owner);
    settle(machine, nowNs, sink);
  }
}

function expire(machine: MptcpMachine, owner: MptcpConnection, nowNs: number, sink: TcpSink): void {
  const { timers } = owner;
  if (timers.lonelyAtNs <= nowNs) {
    owner.ending ??= 'timed-out';
    end(machine, owner);
    return;
  }
  if (timers.livenessAtNs <= nowNs) checkLiveness(machine, owner, nowNs);
  if (timers.retransmitAtNs <= nowNs) sendOldestAgain(owner, nowNs);
  if (timers.persistAtNs <= nowNs) {
    // A byte beyond: its acknowledgment tells the window.
    timers.persistAtNs = never;
    owner.send.windowTo = owner.send.nxt + 1;
  }
  if (timers.finAtNs <= nowNs) repeatFin(owner, nowNs);
  if (timers.announceAtNs <= nowNs) announceAgain(owner, nowNs);
  if (timers.pathsAtNs <= nowNs) {
    timers.pathsAtNs = never;
    owner.arePathsDue = true;
  }
  for (const subflow of owner.subflows) expireSubflow(machine, subflow, nowNs, sink);
}

/** Whoever had it: acknowledged on its subflow and not as data, it was dropped over there (RFC 8684 3.3.6). */
function sendOldestAgain(owner: MptcpConnection, nowNs: number): void {
  const { send, timers } = owner;
  timers.retransmitAtNs = send.una < send.nxt ? nowNs + dataRtoNs(owner) : never;
  if (send.una >= send.nxt) return;
  const isAlone = owner.subflows.length === 1;
  for (const { sent, sentFrom, number, tcp } of owner.subflows) {
    const subflowUna = tcp === undefined ? 0 : tcp.send.una - tcp.send.iss;
    for (let each = sentFrom; each < sent.length; each++) {
      const { dataFrom, length, subflowFrom } = sent[each]!;
      if (dataFrom > send.una || dataFrom + length <= send.una) continue;
      // Where there is no other, TCP sees to what it has not acknowledged.
      if (isAlone && subflowFrom + length > subflowUna) return;
      putInLine(send, { from: dataFrom, length, triedBy: isAlone ? 0 : number });
      return;
    }
  }
  // Whoever had it is gone.
  const length = Math.min(mostLengthAgain, send.nxt - send.una);
  putInLine(send, { from: send.una, length, triedBy: 0 });
}

function expireSubflow(
  machine: MptcpMachine,
  subflow: Subflow,
  nowNs: number,
  sink: TcpSink,
): void {
  if (subflow.returnAtNs <= nowNs) trust(machine, subflow, nowNs);
  if (subflow.confirmAtNs <= nowNs) {
    const isWaiting = subflow.phase === 'unconfirmed';
    subflow.isAckWanted ||= isWaiting;
    subflow.confirmAtNs = isWaiting ? nowNs + (subflow.tcp?.rto.baseRtoNs ?? never) : never;
  }
  if (subflow.probeAtNs <= nowNs) probe(machine, subflow, nowNs, sink);
}

/** The oldest segment that it has not acknowledged, whatever its window says: a path that is back shows it. */
function probe(machine: MptcpMachine, subflow: Subflow, nowNs: number, sink: TcpSink): void {
  const { tcp } = subflow;
  subflow.probeAtNs = never;
  if (subflow.health !== 'doubted' || tcp === undefined) return;
  if (tcp.send.flight.count === 0) {
    trust(machine, subflow, nowNs);
    return;
  }
  if (nowNs - subflow.doubtedAtNs > giveUpNs && subflow.owner.subflows.length > 1) {
    // A box on the way may have forgotten it: a new one finds out (RFC 8684 3.6, reason 5).
    subflow.phase = 'closing';
    subflow.resetReason = resetReason.unacceptablePerformance;
    return;
  }
  subflow.probes++;
  subflow.probeAtNs = nowNs + probeIntervalNs(subflow);
  resendSegment(machine.tcp, nowNs, tcp, 0, sink);
  settleTcpTimers(machine.tcp, tcp);
}
