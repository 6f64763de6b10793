/** Which timer watches over what is in flight, or over what may not be sent. */
import { never, nsPerSecond } from '../base/time.ts';
import type { Connection } from './connection.ts';
import { currentRtoNs } from './recovery/rto.ts';
import { mayScheduleProbe, probeTimeoutNs } from './recovery/tail-loss-probe.ts';

/** RFC 9293 3.8.6.1 leaves the bound open; Linux has two minutes, RFC 1122 asks for the retransmission timer's. */
const largestPersistNs = 60 * nsPerSecond;

/** At the end of every event: either the retransmission timer runs, or the persist timer, or neither. */
export function armProbes(connection: Connection, nowNs: number): void {
  const { send, timers } = connection;
  const hasWork = send.flight.count > 0 || hasUnsent(connection);
  if (!hasWork) {
    timers.persistAtNs = never;
    timers.retransmitAtNs = never;
    timers.userTimeoutAtNs = never;
    return;
  }
  if (isWaitingForWindow(connection)) {
    timers.retransmitAtNs = never;
    timers.tailProbeAtNs = never;
    if (timers.persistAtNs === never) armPersist(connection, nowNs);
    return;
  }
  timers.persistAtNs = never;
  if (timers.retransmitAtNs === never && send.flight.count > 0)
    restartRetransmit(connection, nowNs);
}

/** With each probe twice as long (RFC 9293 3.8.6.1). */
export function armPersist({ timers, rto, send }: Connection, nowNs: number): void {
  const intervalNs = rto.baseRtoNs * 2 ** Math.min(send.windowProbes, 16);
  timers.persistAtNs = nowNs + Math.min(intervalNs, largestPersistNs);
}

/** RFC 6298 5.3: from now on. */
export function restartRetransmit({ timers, rto, send }: Connection, nowNs: number): void {
  timers.retransmitAtNs = send.flight.count > 0 ? nowNs + currentRtoNs(rto) : never;
}

/** RFC 8985 7.2: after new data was sent, or an ACK moved SND.UNA. */
export function scheduleProbe(connection: Connection, nowNs: number): void {
  const { timers, send, rto, recovery, options, probe } = connection;
  timers.tailProbeAtNs = never;
  if (send.flight.count === 0 || timers.retransmitAtNs === never) return;
  const isInRecovery = recovery.phase === 'recovery' || recovery.phase === 'loss';
  const { sackedBytes } = recovery;
  if (!mayScheduleProbe({ hasSack: options.hasSack, isInRecovery, sackedBytes, probe })) return;
  const delayNs = probeTimeoutNs({
    srttNs: rto.srttNs,
    flightSegments: send.flight.count,
    rtoLeftNs: timers.retransmitAtNs - nowNs,
  });
  timers.tailProbeAtNs = nowNs + delayNs;
}

function hasUnsent({ send }: Connection): boolean {
  return send.bufferedFrom + send.buffer.length > send.nxt;
}

/** The window is shut; or nothing is in flight and what it leaves is too little to send (RFC 9293 3.8.6.2.1). */
function isWaitingForWindow(connection: Connection): boolean {
  const { send, timers } = connection;
  if (send.windowBytes === 0) return true;
  return send.flight.count === 0 && hasUnsent(connection) && timers.pacedAtNs === never;
}
