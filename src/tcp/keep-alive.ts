/** Keep-alive (RFC 9293 3.8.4): of an idle connection it is asked whether the other side still has it. */
import { never } from '../base/time.ts';
import { tcpFlag } from '../wire/tcp.ts';
import type { Connection } from './connection.ts';
import { emitSegment } from './emit.ts';
import type { TcpMachine } from './machine-state.ts';
import { recordTimeout } from './records.ts';
import type { TcpSink } from './sink.ts';
import { endConnection } from './transition.ts';

/** The timer is not moved with each segment: it looks, when it expires, when the last one came. True: it is over. */
export function expireKeepAlive(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): boolean {
  const { timers, settings, receive, send } = connection;
  const idleFromNs = receive.lastAtNs + settings.keepAliveNs;
  timers.keepAliveAtNs = idleFromNs;
  if (settings.keepAliveNs === never || !mayProbe(connection)) {
    timers.keepAliveAtNs = nowNs + settings.keepAliveIntervalNs;
    return false;
  }
  if (idleFromNs > nowNs) return false;
  if (send.keepAliveProbes >= settings.keepAliveProbes) {
    emitSegment(machine, nowNs, connection, send.nxt, 0, tcpFlag.rst | tcpFlag.ack, sink);
    endConnection(machine, connection, 'keep-alive', sink);
    return true;
  }
  send.keepAliveProbes++;
  timers.keepAliveAtNs = nowNs + settings.keepAliveIntervalNs;
  recordTimeout(sink, connection, 'keep-alive');
  // A number that the other side has already had: it must answer with an ACK.
  emitSegment(machine, nowNs, connection, send.nxt - 1, 0, tcpFlag.ack, sink);
  return false;
}

/** What is in flight has a timer of its own. */
function mayProbe({ state, send }: Connection): boolean {
  const isOpen = state === 'established' || state === 'close-wait' || state === 'fin-wait-2';
  return isOpen && send.flight.count === 0;
}
