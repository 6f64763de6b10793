/** The one place where a connection changes its state. */
import { emptyRing } from './byte-ring.ts';
import type { Connection, TcpState } from './connection.ts';
import { removeConnection } from './connection-table.ts';
import { emptyFlight } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { disarmAll, settleTimers } from './machine-timers.ts';
import type { CloseReason, TcpSink } from './sink.ts';

export function enter(connection: Connection, state: TcpState, sink: TcpSink): void {
  const before = connection.state;
  if (before === state) return;
  connection.state = state;
  sink.stateChanged(connection, before);
}

/** The connection is no more: no segment finds it, no timer of it runs. */
export function endConnection(
  machine: TcpMachine,
  connection: Connection,
  reason: CloseReason,
  sink: TcpSink,
): void {
  forgetHalfOpen(machine, connection);
  removeConnection(machine.connections, connection);
  disarmAll(connection.timers);
  settleTimers(machine, connection);
  emptyRing(connection.send.buffer);
  emptyFlight(connection.send.flight);
  enter(connection, 'closed', sink);
  tellClosed(connection, reason, sink);
}

/** Once, whatever happens afterwards. */
export function tellClosed(connection: Connection, reason: CloseReason, sink: TcpSink): void {
  if (connection.isTold) return;
  connection.isTold = true;
  sink.closed(connection, reason);
}

/** Its listener has room for another one. */
export function forgetHalfOpen(machine: TcpMachine, connection: Connection): void {
  if (connection.state !== 'syn-received' || connection.listener === undefined) return;
  const listener = machine.listeners[connection.listener];
  if (listener !== undefined) listener.halfOpen--;
}

/** RFC 9293 3.6: both FINs are known; what the network may still hold is waited for. */
export function enterTimeWait(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  disarmAll(connection.timers);
  connection.timers.lingerAtNs = nowNs + connection.settings.timeWaitNs;
  settleTimers(machine, connection);
  enter(connection, 'time-wait', sink);
  tellClosed(connection, 'finished', sink);
}
