/**
 * The IPv6 header (RFC 8200 3).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+---------------+---------------------------------------+
 *   |   6   | traffic class |              flow label               |
 *   +-------+---------------+-------+---------------+---------------+
 *   |        payload length         |  next header  |   hop limit   |
 *   +-------------------------------+---------------+---------------+
 *   |                       source (16 bytes)                       |
 *   +---------------------------------------------------------------+
 *   |                    destination (16 bytes)                     |
 *   +---------------------------------------------------------------+
 */
import { formatIp, type Ipv6, readIpv6, writeIp } from '../base/address.ts';
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { describeProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';

export const ipv6Offset = {
  /** Version, traffic class and flow label. */
  version: 0,
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
} as const;

export const ipv6HeaderBytes = 40;

export interface Ipv6Header {
  readonly trafficClass: number;
  readonly flowLabel: number;
  /** Of all that follows this header, extension headers included. */
  readonly payloadLength: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: Ipv6;
  readonly destination: Ipv6;
}

export function parseIpv6(bytes: Uint8Array, at: number, end: number): Ipv6Header | Malformed {
  const reason = whyNotIpv6(bytes, at, end);
  if (reason !== undefined) return malformed(`IPv6: ${reason}`);
  const first = readU32(bytes, at + ipv6Offset.version);
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xf_ffff,
    payloadLength: readU16(bytes, at + ipv6Offset.payloadLength),
    nextHeader: bytes[at + ipv6Offset.nextHeader]!,
    hopLimit: bytes[at + ipv6Offset.hopLimit]!,
    source: readIpv6(bytes, at + ipv6Offset.source),
    destination: readIpv6(bytes, at + ipv6Offset.destination),
  };
}

/** What makes a node discard the packet in silence; also for who parses nothing else. */
export function whyNotIpv6(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < ipv6HeaderBytes) return `${end - at} of 40 header bytes`;
  if (bytes[at]! >>> 4 !== 6) return `version ${bytes[at]! >>> 4}`;
  const payloadLength = readU16(bytes, at + ipv6Offset.payloadLength);
  const there = end - at - ipv6HeaderBytes;
  if (payloadLength > there) return `payload length ${payloadLength}, ${there} bytes there`;
  return undefined;
}

export function emitIpv6(bytes: Uint8Array, at: number, header: Ipv6Header): number {
  const first = 0x6000_0000 + header.trafficClass * 0x10_0000 + header.flowLabel;
  writeU32(bytes, at + ipv6Offset.version, first);
  writeU16(bytes, at + ipv6Offset.payloadLength, header.payloadLength);
  bytes[at + ipv6Offset.nextHeader] = header.nextHeader;
  bytes[at + ipv6Offset.hopLimit] = header.hopLimit;
  writeIp(bytes, at + ipv6Offset.source, header.source);
  writeIp(bytes, at + ipv6Offset.destination, header.destination);
  return at + ipv6HeaderBytes;
}

export function describeIpv6(header: Ipv6Header): string {
  const { source, destination, nextHeader, hopLimit, payloadLength } = header;
  const way = `${formatIp(source)} > ${formatIp(destination)}`;
  return `${way} ${describeProtocol(nextHeader)} hop limit ${hopLimit}, ${payloadLength} bytes of payload`;
}
