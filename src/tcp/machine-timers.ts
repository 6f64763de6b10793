/**
 * One queue for the deadlines of all connections. A connection's deadline moves with every segment, mostly
 * later: its entry stays where it is, and when its time comes the connection is asked again.
 */
import { popMoment, pushMoment } from '../base/moment-heap.ts';
import { never } from '../base/time.ts';
import type { Connection, ConnectionTimers } from './connection.ts';
import type { TcpMachine } from './machine-state.ts';

/** Called whenever a connection's timers may have moved. */
export function settleTimers(machine: TcpMachine, connection: Connection): void {
  const atNs = earliestOf(connection.timers);
  connection.deadlineAtNs = atNs;
  if (atNs < connection.queuedAtNs) {
    connection.queuedAtNs = atNs;
    pushMoment(machine.timers.heap, { atNs, connection });
    machine.deadlineNs = machine.timers.heap[0]!.atNs;
  }
}

/** The next connection for which something is due. */
export function takeDue(machine: TcpMachine, nowNs: number): Connection | undefined {
  const { heap } = machine.timers;
  for (;;) {
    const first = heap[0];
    if (first === undefined || first.atNs > nowNs) {
      machine.deadlineNs = first?.atNs ?? never;
      return undefined;
    }
    popMoment(heap);
    const { connection } = first;
    if (connection.queuedAtNs !== first.atNs) continue;
    connection.queuedAtNs = never;
    if (connection.deadlineAtNs <= nowNs) return connection;
    if (connection.deadlineAtNs === never) continue;
    connection.queuedAtNs = connection.deadlineAtNs;
    pushMoment(heap, { atNs: connection.deadlineAtNs, connection });
  }
}

export function createTimers(): ConnectionTimers {
  return {
    retransmitAtNs: never,
    tailProbeAtNs: never,
    reorderAtNs: never,
    persistAtNs: never,
    delayedAckAtNs: never,
    keepAliveAtNs: never,
    userTimeoutAtNs: never,
    lingerAtNs: never,
    pacedAtNs: never,
  };
}

export function disarmAll(timers: ConnectionTimers): void {
  Object.assign(timers, createTimers());
}

function earliestOf(timers: ConnectionTimers): number {
  let atNs = timers.retransmitAtNs;
  if (timers.tailProbeAtNs < atNs) atNs = timers.tailProbeAtNs;
  if (timers.reorderAtNs < atNs) atNs = timers.reorderAtNs;
  if (timers.persistAtNs < atNs) atNs = timers.persistAtNs;
  if (timers.delayedAckAtNs < atNs) atNs = timers.delayedAckAtNs;
  if (timers.keepAliveAtNs < atNs) atNs = timers.keepAliveAtNs;
  if (timers.userTimeoutAtNs < atNs) atNs = timers.userTimeoutAtNs;
  if (timers.lingerAtNs < atNs) atNs = timers.lingerAtNs;
  if (timers.pacedAtNs < atNs) atNs = timers.pacedAtNs;
  return atNs;
}
