/** A listener's connection begins, by a SYN that is here or one that a cookie remembers. */
import { localOf, remoteOf } from './arrive-closed.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import { addConnection } from './connection-table.ts';
import { createConnection } from './create-connection.ts';
import { flightFlag } from './flight.ts';
import type { Listener, TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { negotiate } from './negotiate.ts';
import { sendNewSegment } from './send-segment.ts';
import type { TcpSink } from './sink.ts';
import { enter } from './transition.ts';

/** A connection of its own for the SYN; what else the segment carries will come again. */
export function acceptSyn(
  machine: TcpMachine,
  nowNs: number,
  listener: Listener,
  segment: ArrivedSegment,
  multipath: number,
  sink: TcpSink,
  iss?: number,
): void {
  const connection = adopt(machine, nowNs, listener, segment, iss, multipath);
  listener.halfOpen++;
  heedSyn(connection, nowNs, segment);
  enter(connection, 'syn-received', sink);
  sendNewSegment(machine, nowNs, connection, 0, flightFlag.syn, sink);
  connection.timers.userTimeoutAtNs = nowNs + connection.settings.openTimeoutNs;
  settleTimers(machine, connection);
}

/** In LISTEN. Its user does not know of it until it is established, and then hears of it once. */
export function adopt(
  machine: TcpMachine,
  nowNs: number,
  { id, settings }: Listener,
  segment: ArrivedSegment,
  iss: number | undefined,
  multipath = 0,
): Connection {
  const local = localOf(segment);
  const remote = remoteOf(segment);
  const connection = createConnection(machine, nowNs, {
    local,
    remote,
    settings,
    listener: id,
    iss,
    multipath,
  });
  connection.state = 'listen';
  connection.isTold = true;
  connection.receive.lastAtNs = nowNs;
  connection.counts.segmentsReceived = 1;
  addConnection(machine.connections, connection);
  return connection;
}

/** The other side's SYN: its number, its options, its window. */
export function heedSyn(connection: Connection, nowNs: number, segment: ArrivedSegment): void {
  const { receive, send } = connection;
  receive.irs = segment.wireSequence;
  receive.nxt = segment.wireSequence + 1;
  receive.bufferedFrom = receive.nxt;
  receive.offeredTo = receive.nxt;
  negotiate(connection, nowNs, segment);
  // RFC 7323 2.2: the window of a SYN is not scaled.
  send.windowBytes = segment.window;
  send.maxWindowBytes = segment.window;
  send.wl1 = segment.wireSequence;
  send.wl2 = send.una;
}
