/** What follows from what happened, once TCP has returned: called after every call into either machine. */
import { flush } from '../tcp/output.ts';
import type { TcpSink } from '../tcp/sink.ts';
import { advanceClosing } from './closing.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { armPersist, settleTimers } from './data-timers.ts';
import { isOpen } from './eligible.ts';
import type { MptcpMachine } from './machine-state.ts';
import { announceAddresses, managePaths } from './paths.ts';

/** What stirs itself again and again has a fault: it goes on with the next event. */
const mostRounds = 16;
/** Options that wait go out on as many ACKs. */
const mostSayings = 6;

export function settle(machine: MptcpMachine, nowNs: number, sink: TcpSink): void {
  for (let round = 0; machine.stirred.length > 0 && round < mostRounds; round++) {
    for (const owner of machine.stirred.splice(0)) {
      owner.isStirred = false;
      settleOne(machine, owner, nowNs, sink);
    }
  }
  for (const { kind, fields } of machine.reports.splice(0)) sink.record(kind, fields);
}

function settleOne(
  machine: MptcpMachine,
  owner: MptcpConnection,
  nowNs: number,
  sink: TcpSink,
): void {
  if (owner.state === 'closed') return;
  if (owner.arePathsDue) {
    owner.arePathsDue = false;
    announceAddresses(machine, owner, nowNs);
    managePaths(machine, owner, nowNs, sink);
  }
  for (const subflow of nearestFirst(owner)) flushSubflow(machine, subflow, nowNs, sink);
  advanceClosing(machine, owner, nowNs, sink);
  for (const subflow of [...owner.subflows]) {
    if (subflow.isAckWanted) flushSubflow(machine, subflow, nowNs, sink);
  }
  armPersist(owner, nowNs);
  settleTimers(machine, owner);
}

function nearestFirst(owner: MptcpConnection): readonly Subflow[] {
  const open = owner.subflows.filter(isOpen);
  return open.length < 2 ? open : open.sort((a, b) => a.tcp!.rto.srttNs - b.tcp!.rto.srttNs);
}

function flushSubflow(machine: MptcpMachine, subflow: Subflow, nowNs: number, sink: TcpSink): void {
  const { tcp } = subflow;
  if (tcp === undefined || tcp.state === 'syn-sent' || tcp.state === 'syn-received') return;
  if (subflow.isAckWanted) tcp.receive.isAckOwed = true;
  subflow.isAckWanted = false;
  flush(machine.tcp, nowNs, tcp, sink);
  for (let said = 0; subflow.toSay.length > 0 && said < mostSayings; said++) {
    tcp.receive.isAckOwed = true;
    flush(machine.tcp, nowNs, tcp, sink);
  }
}
