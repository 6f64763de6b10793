/**
 * Path-MTU discovery without ICMP (RFC 8899 as RFC 4821 7 has it for TCP): where segments vanish for being
 * large, small ones go on, and larger ones are tried again, one at a time, between what is known to pass
 * and what is known not to. A probe is data: lost, it goes out again in pieces, and the window stays.
 */

import { isIpv4 } from '../base/address.ts';
import { nsPerSecond } from '../base/time.ts';
import type { Connection, PathSearch } from './connection.ts';
import { flightField, rowAt } from './flight.ts';
import { recordPathMtu } from './records.ts';
import { headerBytesTo, settleMss, timestampBytes } from './segment-size.ts';
import type { TcpSink } from './sink.ts';

/** RFC 8899 5.1.4: BASE_PLPMTU, which is IPv6's least as well. */
const baseMtuBytes = 1_280;
const leastMtuV4 = 552;
/** RFC 8899 5.1.2: MAX_PROBES; PMTU_RAISE_TIMER. */
const mostAttempts = 3;
const raiseNs = 600 * nsPerSecond;
/** Closer than that is not worth a probe. */
const stepBytes = 16;
/** So many expiries in a row mean that the size is to blame (RFC 4821 7.7). */
const blackHoleTimeouts = 2;

export function createPathSearch(mtuBytes: number): PathSearch {
  return {
    passesBytes: mtuBytes,
    limitBytes: mtuBytes,
    linkMtuBytes: mtuBytes,
    probedBytes: 0,
    attempts: 0,
    outcome: 'waiting',
    nextAtNs: 0,
  };
}

/** A router said what passes: nothing larger is tried for ten minutes (RFC 1191 6.3). */
export function adoptPathMtu({ path, send }: Connection, nowNs: number, mtuBytes: number): void {
  send.pathMtuBytes = mtuBytes;
  path.passesBytes = mtuBytes;
  path.limitBytes = mtuBytes;
  path.probedBytes = 0;
  path.nextAtNs = nowNs + raiseNs;
}

/** The retransmission timer expired again over a segment larger than the base: large ones may vanish here. */
export function suspectBlackHole(connection: Connection, nowNs: number, sink: TcpSink): void {
  const { send, path, settings, rto, remote } = connection;
  if (!settings.probesPathMtu || rto.backoffs < blackHoleTimeouts) return;
  const at = rowAt(send.flight, 0);
  const bytes =
    send.flight.rows[at + flightField.right]! - send.flight.rows[at + flightField.left]!;
  const isLarge = send.pathMtuBytes > baseMtuBytes;
  const base = isLarge || !isIpv4(remote.address) ? baseMtuBytes : leastMtuV4;
  if (send.pathMtuBytes <= base || bytes <= base - headerBytesTo(remote.address)) return;
  path.limitBytes = send.pathMtuBytes - 1;
  path.passesBytes = base;
  path.probedBytes = 0;
  path.attempts = 0;
  path.nextAtNs = nowNs + rto.baseRtoNs;
  send.pathMtuBytes = base;
  settleMss(connection);
  recordPathMtu(sink, connection, 'black-hole');
}

/** How much the next segment carries if it is to probe; 0: it is not. */
export function probeCount(connection: Connection, nowNs: number, unsent: number): number {
  const { path, settings, recovery, options, remote, send } = connection;
  if (path.probedBytes > 0 || nowNs < path.nextAtNs || !settings.probesPathMtu) return 0;
  if (path.limitBytes - path.passesBytes < stepBytes && !mayRaise(path)) return 0;
  if (recovery.phase !== 'open') return 0;
  const middle = Math.ceil((path.passesBytes + path.limitBytes) / 2);
  const mtuBytes = path.limitBytes - path.passesBytes < 2 * stepBytes ? path.limitBytes : middle;
  const mssBytes = mtuBytes - headerBytesTo(remote.address);
  if (mssBytes > options.peerMssBytes) return 0;
  const optionBytes = options.multipathBytes + (options.hasTimestamps ? timestampBytes : 0);
  const count = mssBytes - optionBytes;
  const usable = send.una + send.windowBytes - send.nxt;
  if (count > unsent || count > usable) return 0;
  path.probedBytes = mtuBytes;
  path.outcome = 'waiting';
  return count;
}

/** The raise timer is over: routes change. */
function mayRaise(path: PathSearch): boolean {
  if (path.passesBytes >= path.linkMtuBytes || path.limitBytes >= path.linkMtuBytes) return false;
  path.limitBytes = path.linkMtuBytes;
  return true;
}

/** After an ACK or a timer: what became of the probe. */
export function settlePathProbe(connection: Connection, nowNs: number, sink: TcpSink): void {
  const { path, send, rto } = connection;
  if (path.probedBytes === 0 || path.outcome === 'waiting') return;
  if (path.outcome === 'delivered') {
    path.passesBytes = path.probedBytes;
    path.limitBytes = Math.max(path.limitBytes, path.passesBytes);
    path.attempts = 0;
    send.pathMtuBytes = path.passesBytes;
    settleMss(connection);
    recordPathMtu(sink, connection, 'probe');
  } else if (++path.attempts >= mostAttempts) {
    path.limitBytes = path.probedBytes - 1;
    path.attempts = 0;
  }
  path.probedBytes = 0;
  const isDone = path.limitBytes - path.passesBytes < stepBytes;
  path.nextAtNs = nowNs + (isDone ? raiseNs : rto.srttNs);
}
