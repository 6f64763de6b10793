/**
 * The IPv4 header (RFC 791 3.1; DSCP and ECN: RFC 2474, RFC 3168).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+-------+-----------+---+-------------------------------+
 *   |   4   |  IHL  |   DSCP    |ECN|         total length          |
 *   +-------+-------+-----------+---+-----+-------------------------+
 *   |        identification         |0|D|M|     fragment offset     |
 *   +---------------+---------------+-----+-------------------------+
 *   |      TTL      |   protocol    |        header checksum        |
 *   +---------------+---------------+-------------------------------+
 *   |                            source                             |
 *   +---------------------------------------------------------------+
 *   |                          destination                          |
 *   +---------------------------------------------------------------+
 *   |                     options, up to 40 bytes                   |
 *   +---------------------------------------------------------------+
 */
import { formatIp, type Ipv4, readIpv4 } from '../base/address.ts';
import { readU16, writeU16, writeU32 } from '../base/bytes.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { describeProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';

export const ipv4Offset = {
  /** Version in the high half, header length in 32-bit words in the low half. */
  version: 0,
  /** DSCP and ECN. */
  trafficClass: 1,
  totalLength: 2,
  identification: 4,
  /** Three flag bits and the fragment offset in units of 8 bytes. */
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
  options: 20,
} as const;

/** Without options. */
export const ipv4HeaderBytes = 20;

/** Bits of the 16-bit word at `ipv4Offset.fragment`. */
export const ipv4Fragment = { dont: 0x4000, more: 0x2000, offsetMask: 0x1fff } as const;

export interface Ipv4Header {
  /** 20 and the options, up to the next multiple of 4. */
  readonly headerBytes: number;
  readonly dscp: number;
  readonly ecn: number;
  /** Of header and payload. */
  readonly totalLength: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  /** Raw, with their padding. */
  readonly options: Uint8Array;
}

const noOptions = new Uint8Array(0);

export function parseIpv4(bytes: Uint8Array, at: number, end: number): Ipv4Header | Malformed {
  const reason = whyNotIpv4(bytes, at, end);
  if (reason !== undefined) return malformed(`IPv4: ${reason}`);
  const headerBytes = (bytes[at]! & 15) * 4;
  const trafficClass = bytes[at + ipv4Offset.trafficClass]!;
  const fragment = readU16(bytes, at + ipv4Offset.fragment);
  return {
    headerBytes,
    dscp: trafficClass >>> 2,
    ecn: trafficClass & 3,
    totalLength: readU16(bytes, at + ipv4Offset.totalLength),
    identification: readU16(bytes, at + ipv4Offset.identification),
    dontFragment: (fragment & ipv4Fragment.dont) !== 0,
    moreFragments: (fragment & ipv4Fragment.more) !== 0,
    fragmentOffset: (fragment & ipv4Fragment.offsetMask) * 8,
    ttl: bytes[at + ipv4Offset.ttl]!,
    protocol: bytes[at + ipv4Offset.protocol]!,
    source: readIpv4(bytes, at + ipv4Offset.source),
    destination: readIpv4(bytes, at + ipv4Offset.destination),
    options:
      headerBytes === ipv4HeaderBytes
        ? noOptions
        : bytes.slice(at + ipv4Offset.options, at + headerBytes),
  };
}

/** RFC 1122 3.2.1.2: what makes a host discard the packet in silence; also for who parses nothing else. */
export function whyNotIpv4(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (end - at < ipv4HeaderBytes) return `${end - at} of 20 header bytes`;
  if (bytes[at]! >>> 4 !== 4) return `version ${bytes[at]! >>> 4}`;
  const headerBytes = (bytes[at]! & 15) * 4;
  const totalLength = readU16(bytes, at + ipv4Offset.totalLength);
  if (headerBytes < ipv4HeaderBytes) return `header length ${headerBytes}`;
  if (totalLength < headerBytes) return `total length ${totalLength}, header ${headerBytes}`;
  if (totalLength > end - at) return `total length ${totalLength}, ${end - at} bytes there`;
  if (foldChecksum(sumWords(bytes, at, at + headerBytes)) !== 0) return 'header checksum is wrong';
  return undefined;
}

/** Writes the header checksum too. Options end with zeros up to `headerBytes`. */
export function emitIpv4(bytes: Uint8Array, at: number, header: Ipv4Header): number {
  const end = at + header.headerBytes;
  bytes[at] = 0x40 | (header.headerBytes >>> 2);
  bytes[at + ipv4Offset.trafficClass] = (header.dscp << 2) | header.ecn;
  writeU16(bytes, at + ipv4Offset.totalLength, header.totalLength);
  writeU16(bytes, at + ipv4Offset.identification, header.identification);
  writeU16(bytes, at + ipv4Offset.fragment, fragmentWordOf(header));
  bytes[at + ipv4Offset.ttl] = header.ttl;
  bytes[at + ipv4Offset.protocol] = header.protocol;
  writeU16(bytes, at + ipv4Offset.checksum, 0);
  writeU32(bytes, at + ipv4Offset.source, header.source);
  writeU32(bytes, at + ipv4Offset.destination, header.destination);
  if (header.headerBytes > ipv4HeaderBytes) {
    bytes.fill(0, at + ipv4Offset.options, end);
    bytes.set(header.options, at + ipv4Offset.options);
  }
  writeU16(bytes, at + ipv4Offset.checksum, foldChecksum(sumWords(bytes, at, end)));
  return end;
}

function fragmentWordOf(header: Ipv4Header): number {
  const flags =
    (header.dontFragment ? ipv4Fragment.dont : 0) | (header.moreFragments ? ipv4Fragment.more : 0);
  return flags | (header.fragmentOffset >>> 3);
}

export function describeIpv4(header: Ipv4Header): string {
  const { source, destination, protocol, ttl, totalLength } = header;
  const way = `${formatIp(source)} > ${formatIp(destination)}`;
  return `${way} ${describeProtocol(protocol)} ttl ${ttl}, ${totalLength} bytes${describeFragment(header)}`;
}

function describeFragment(header: Ipv4Header): string {
  if (!header.moreFragments && header.fragmentOffset === 0) return '';
  const more = header.moreFragments ? '+' : '';
  return `, fragment of ${header.identification} at ${header.fragmentOffset}${more}`;
}
