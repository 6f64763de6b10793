/** How much fits into a segment. */
import { type Ip, isIpv4 } from '../base/address.ts';
import { ipv4HeaderBytes } from '../wire/ipv4.ts';
import { ipv6HeaderBytes } from '../wire/ipv6.ts';
import { tcpHeaderBytes } from '../wire/tcp.ts';
import { controllerOf } from './congestion/controllers.ts';
import type { Connection } from './connection.ts';

/** RFC 7323 appendix A: the option and two no-operations. */
export const timestampBytes = 12;
/** A peer that asks for less would have us send headers only. */
const leastMssBytes = 64;

/** The fixed headers, which an MSS leaves out (RFC 9293 3.7.1, RFC 6691). */
export function headerBytesTo(destination: Ip): number {
  return tcpHeaderBytes + (isIpv4(destination) ? ipv4HeaderBytes : ipv6HeaderBytes);
}

/** RFC 9293 3.7.1: Eff.snd.MSS without the options that vary: what a full segment carries. */
export function fullSegmentBytes({ send, options }: Connection): number {
  const bytes = options.hasTimestamps ? send.mssBytes - timestampBytes : send.mssBytes;
  return bytes - options.multipathBytes;
}

/** The path or the peer said how large a segment may be. */
export function settleMss(connection: Connection): void {
  const { send, options, remote } = connection;
  const pathMssBytes = send.pathMtuBytes - headerBytesTo(remote.address);
  send.mssBytes = Math.max(leastMssBytes, Math.min(options.peerMssBytes, pathMssBytes));
  const segmentBytes = fullSegmentBytes(connection);
  if (connection.congestion.mssBytes === segmentBytes) return;
  controllerOf(connection.settings.congestion).onMss(connection.congestion, segmentBytes);
}
