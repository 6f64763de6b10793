/** TIME-WAIT, and the SYN that may end it early (RFC 9293 3.6.1, RFC 6191). */
import { tcpFlag } from '../wire/tcp.ts';
import { acceptSyn } from './adopt.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import { chooseIss } from './initial-sequence.ts';
import { findListener } from './listeners.ts';
import type { TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { unwrapSequence, wrapSequence } from './sequence.ts';
import type { TcpSink } from './sink.ts';
import { endConnection } from './transition.ts';

/** Beyond what the old connection's segments can carry. */
const issGap = 128_000;

export function restartTimeWait(machine: TcpMachine, nowNs: number, connection: Connection): void {
  connection.timers.lingerAtNs = nowNs + connection.settings.timeWaitNs;
  settleTimers(machine, connection);
}

/** RFC 6191 2 where timestamps tell the connections apart; RFC 9293 3.10.7.4, MAY-2, where numbers do. */
export function mayBeReplaced(
  machine: TcpMachine,
  { receive, options }: Connection,
  segment: ArrivedSegment,
): boolean {
  const { flags } = segment;
  if ((flags & (tcpFlag.syn | tcpFlag.ack | tcpFlag.rst)) !== tcpFlag.syn) return false;
  if (findListener(machine, segment.destination, segment.destinationPort) === undefined)
    return false;
  const isNewer = unwrapSequence(segment.wireSequence, receive.nxt) > receive.nxt;
  if (!options.hasTimestamps || !segment.hasTimestamps) return isNewer;
  const aheadMs = (segment.timestampValue - options.recentTimestamp) | 0;
  return aheadMs > 0 || (aheadMs === 0 && isNewer);
}

export function replaceTimeWait(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const listener = findListener(machine, segment.destination, segment.destinationPort)!;
  const { local, remote, send } = connection;
  endConnection(machine, connection, 'finished', sink);
  const chosen = chooseIss(machine.secret, nowNs, local, remote);
  const isBeyond = unwrapSequence(chosen, send.nxt) > send.nxt;
  const iss = isBeyond ? chosen : wrapSequence(send.nxt + issGap);
  acceptSyn(machine, nowNs, listener, segment, 0, sink, iss);
}
