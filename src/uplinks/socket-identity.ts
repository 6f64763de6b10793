/** What names a socket of this system, whoever holds it. */
import { type anyIpv4, type Endpoint, type Family, type Ip, isIpv4 } from '../base/address.ts';

/** As linux/in.h numbers them. */
export const socketProtocols = { udp: 17, tcp: 6, mptcp: 262 } as const;
export type SocketProtocol = keyof typeof socketProtocols;

export interface SocketIdentity {
  readonly family: Family;
  readonly protocol: SocketProtocol;
  /** What `/proc/PID/fd` shows as `socket:[…]`. Another socket may have it later. */
  readonly inode: number;
  /** Of this socket alone, as long as the system runs. */
  readonly cookie: number;
}

export type SocketStanding = 'unconnected' | 'connected' | 'listening';

/** A socket as the system tells of it, and who holds it. */
export interface KnownSocket {
  readonly identity: SocketIdentity;
  readonly standing: SocketStanding;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly sentBytes: number | undefined;
  readonly receivedBytes: number | undefined;
  readonly mark: number;
  /** Of an MPTCP connection: the addresses of its subflows here. */
  readonly subflowAddresses: readonly Ip[];
}

/** `udp4:68123`: what a user types and a trace shows. */
export function formatSocket({ protocol, family, inode }: SocketIdentity): string {
  return `${protocol}${family}:${inode}`;
}

export interface SocketWords {
  readonly protocol: SocketProtocol;
  readonly family: Family;
  readonly inode: number;
}

export function parseSocket(text: string): SocketWords | undefined {
  const [, protocol, family, inode] = /^(udp|tcp|mptcp)([46]):(\d{1,15})$/.exec(text) ?? [];
  if (inode === undefined) return undefined;
  return {
    protocol: protocol as SocketProtocol,
    family: family === '4' ? 4 : 6,
    inode: Number(inode),
  };
}

const mappedHead = '\0\0\0\0\0\uffff';

/** RFC 4291 2.5.5.2: the IPv4 address that a socket of IPv6 has on the wire. */
export function unmapIp(ip: Ip): Ip {
  if (isIpv4(ip) || !ip.startsWith(mappedHead)) return ip;
  return ((ip.charCodeAt(6) * 65_536 + ip.charCodeAt(7)) >>> 0) as typeof anyIpv4;
}

/** An IPv4 address as a socket of IPv6 names it. */
export function mapIp(ip: Ip): Ip {
  if (!isIpv4(ip)) return ip;
  return (mappedHead + String.fromCharCode(ip >>> 16, ip & 0xffff)) as Ip;
}
