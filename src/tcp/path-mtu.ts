/** What fits through this connection's way, as routers tell (RFC 1191, RFC 8201). */
import { isIpv4 } from '../base/address.ts';
import type { Connection } from './connection.ts';
import { markLost } from './detect-loss.ts';
import { flightField, flightFlag, rowAt } from './flight.ts';
import type { TcpMachine } from './machine-state.ts';
import { flush } from './output.ts';
import { adoptPathMtu } from './path-probe.ts';
import { recordPathMtu } from './records.ts';
import { fullSegmentBytes, settleMss } from './segment-size.ts';
import type { TcpSink } from './sink.ts';

/** RFC 5927 7: less than 552 is an attack more often than a link. RFC 8200 5. */
const leastMtuV4 = 552;
const leastMtuV6 = 1_280;
/** RFC 1191 7.1: what to try where an old router names no MTU. */
const plateaus = [32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 552];

/** A router could not pass a segment on: what was too long goes out again, cut. */
export function lowerPathMtu(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  toldBytes: number,
  sink: TcpSink,
): void {
  const { send, remote } = connection;
  const least = isIpv4(remote.address) ? leastMtuV4 : leastMtuV6;
  const named = toldBytes >= 68 ? toldBytes : plateaus.find((one) => one < send.pathMtuBytes);
  const mtuBytes = Math.max(least, named ?? least);
  if (mtuBytes >= send.pathMtuBytes) return;
  adoptPathMtu(connection, nowNs, mtuBytes);
  settleMss(connection);
  recordPathMtu(sink, connection, 'icmp');
  resendTooLong(connection);
  flush(machine, nowNs, connection, sink);
}

/** Not for congestion: the window stays. */
function resendTooLong(connection: Connection): void {
  const { flight } = connection.send;
  const most = fullSegmentBytes(connection);
  for (let index = 0; index < flight.count; index++) {
    const at = rowAt(flight, index);
    const bytes = flight.rows[at + flightField.right]! - flight.rows[at + flightField.left]!;
    const bits = flight.rows[at + flightField.flags]!;
    if (bytes > most && (bits & (flightFlag.sacked | flightFlag.lost)) === 0)
      markLost(connection, at);
  }
}
