/** The kinds of record that this room writes. */
import { formatEndpoint } from '../base/address.ts';
import type { Connection } from './connection.ts';
import type { TcpSink } from './sink.ts';

/** `tcp.recovery`: a recovery began, ended, or was found to be for nothing. */
export function recordRecovery(
  sink: TcpSink,
  { local, remote, recovery, congestion, counts }: Connection,
  phase: Connection['recovery']['phase'] | 'spurious',
): void {
  sink.record('tcp.recovery', {
    local: formatEndpoint(local),
    remote: formatEndpoint(remote),
    phase,
    cwndBytes: Math.round(congestion.cwndBytes),
    inflightBytes: recovery.inflightBytes,
    lostBytes: recovery.lostBytes,
    retransmitted: counts.segmentsRetransmitted,
  });
}

/** `tcp.timeout`: a timer of the connection expired that should rarely do so. */
export function recordTimeout(
  sink: TcpSink,
  { local, remote, state, rto }: Connection,
  timer: 'retransmission' | 'tail-probe' | 'zero-window' | 'keep-alive',
): void {
  sink.record('tcp.timeout', {
    local: formatEndpoint(local),
    remote: formatEndpoint(remote),
    state,
    timer,
    srttNs: Math.round(rto.srttNs),
    backoffs: rto.backoffs,
  });
}

/** `tcp.discarded`: a segment that was not heeded, and why. */
export function recordDiscard(sink: TcpSink, reason: string): void {
  sink.record('tcp.discarded', { reason });
}

/** `tcp.path-mtu`: what fits through this connection's way. */
export function recordPathMtu(
  sink: TcpSink,
  { remote, send }: Connection,
  cause: 'icmp' | 'probe' | 'black-hole',
): void {
  sink.record('tcp.path-mtu', {
    remote: formatEndpoint(remote),
    mtuBytes: send.pathMtuBytes,
    cause,
  });
}
