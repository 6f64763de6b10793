/** The handshake is over. */
import { never } from '../base/time.ts';
import { controllerOf } from './congestion/controllers.ts';
import type { Connection } from './connection.ts';
import type { TcpMachine } from './machine-state.ts';
import { makeRack } from './recovery/rack.ts';
import { startDataAfterHandshake } from './recovery/rto.ts';
import { fullSegmentBytes } from './segment-size.ts';
import type { TcpSink } from './sink.ts';
import { enter, forgetHalfOpen } from './transition.ts';

export function becomeEstablished(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { rto, settings, timers, recovery, send, rack } = connection;
  forgetHalfOpen(machine, connection);
  startDataAfterHandshake(rto, connection.counts.timeouts);
  // The segments of the handshake tell nothing about loss among data.
  Object.assign(rack, makeRack(send.una), { minRttNs: rack.minRttNs, rttNs: rack.rttNs });
  recovery.phase = 'open';
  recovery.undoableRetransmissions = -1;
  recovery.firstRetransmitAtNs = never;
  const path = { mssBytes: fullSegmentBytes(connection), rttNs: rto.srttNs };
  connection.congestion = controllerOf(settings.congestion).create(nowNs, path);
  // RFC 5681 3.1: where a SYN was lost, the first window is one segment.
  if (connection.counts.timeouts > 0) connection.congestion.cwndBytes = path.mssBytes;
  timers.retransmitAtNs = never;
  timers.userTimeoutAtNs = never;
  if (settings.keepAliveNs !== never) timers.keepAliveAtNs = nowNs + settings.keepAliveNs;
  enter(connection, 'established', sink);
  if (connection.listener !== undefined) connection.isTold = false;
  sink.connected(connection);
  if (send.isFinWanted) enter(connection, 'fin-wait-1', sink);
}
