/** A connection's timers, of which the machine's queue knows the earliest. */
import { moveDeadline } from '../base/deadline-queue.ts';
import { never } from '../base/time.ts';
import type { Connection, ConnectionTimers } from './connection.ts';
import type { TcpMachine } from './machine-state.ts';

/** Called whenever a connection's timers may have moved. */
export function settleTimers(machine: TcpMachine, connection: Connection): void {
  moveDeadline(machine, connection, earliestOf(connection.timers));
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
