/** ACKs that answer what may be forged, so many a second and connection (RFC 5961 7). */
import { nsPerSecond } from '../base/time.ts';
import type { Connection } from './connection.ts';
import type { TcpMachine } from './machine-state.ts';
import { settleTimers } from './machine-timers.ts';
import { sendAck } from './output.ts';
import type { TcpSink } from './sink.ts';

/** A bound for each connection, since one for all tells an attacker about the others (CVE-2016-5696). */
const challengesASecond = 100;

export function challenge(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sink: TcpSink,
): void {
  const { receive, counts } = connection;
  if (nowNs >= receive.challengedFromAtNs + nsPerSecond) {
    receive.challengedFromAtNs = nowNs;
    receive.challenges = 0;
  }
  if (receive.challenges >= challengesASecond) return;
  receive.challenges++;
  counts.challengeAcks++;
  sendAck(machine, nowNs, connection, sink);
  settleTimers(machine, connection);
}
