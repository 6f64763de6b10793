/** The tail loss probe goes out (RFC 8985 7.3). */
import { never } from '../base/time.ts';
import type { Connection } from './connection.ts';
import { flightField, flightFlag, rowAt } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { unsentBytes } from './output.ts';
import { recordTimeout } from './records.ts';
import { noteProbe } from './recovery/tail-loss-probe.ts';
import { fullSegmentBytes } from './segment-size.ts';
import { resendSegment, sendNewSegment } from './send-segment.ts';
import { restartRetransmit } from './send-timers.ts';
import type { TcpSink } from './sink.ts';

export function expireTailProbe(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { send, timers, probe } = connection;
  const { flight } = send;
  timers.tailProbeAtNs = never;
  if (flight.count === 0) return;
  const usable = send.una + send.windowBytes - send.nxt;
  const count = Math.min(unsentBytes(connection), fullSegmentBytes(connection), usable);
  recordTimeout(sink, connection, 'tail-probe');
  if (count > 0 && send.finAt === undefined) {
    sendNewSegment(machine, nowNs, connection, count, 0, sink);
    noteProbe(probe, send.nxt, false);
  } else {
    const last = flight.count - 1;
    const bits = flight.rows[rowAt(flight, last) + flightField.flags]!;
    if ((bits & (flightFlag.sacked | flightFlag.lost)) !== 0) return;
    resendSegment(machine, nowNs, connection, last, sink);
    noteProbe(probe, send.nxt, true);
  }
  restartRetransmit(connection, nowNs);
}
