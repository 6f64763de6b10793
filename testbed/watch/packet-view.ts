/** Just so much of a frame as tells whose packet it is, read where it lies. */
import { type Ip, readIpv4, readIpv6 } from '../../src/base/address.ts';
import { readU16 } from '../../src/base/bytes.ts';
import { sumWords } from '../../src/wire/checksum.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../src/wire/ethernet.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { ipv4Fragment, ipv4HeaderBytes, ipv4Offset, whyNotIpv4 } from '../../src/wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset, whyNotIpv6 } from '../../src/wire/ipv6.ts';
import { ipv6FragmentOffset } from '../../src/wire/ipv6-fragment.ts';
import { tcpHeaderBytes, tcpOffset, verifyTcpChecksum } from '../../src/wire/tcp.ts';
import { udpHeaderBytes, udpOffset, verifyUdpChecksum } from '../../src/wire/udp.ts';

export interface PacketView {
  readonly bytes: Uint8Array;
  readonly protocol: number;
  readonly source: Ip;
  readonly destination: Ip;
  readonly ipAt: number;
  /** Of the TCP or UDP header; its ports stand first. */
  readonly at: number;
  /** Where the packet ends: an Ethernet frame may be padded. */
  readonly end: number;
  /** A part of a packet: what stands at `at` may be no header. */
  readonly isFragment: boolean;
}

/** Undefined: not IP, or nothing that a node would take. */
export function viewPacket(bytes: Uint8Array, length: number): PacketView | undefined {
  if (length < ethernetHeaderBytes) return undefined;
  const type = readU16(bytes, ethernetOffset.type);
  if (type === etherType.ipv4) return viewIpv4(bytes, ethernetHeaderBytes, length);
  return type === etherType.ipv6 ? viewIpv6(bytes, ethernetHeaderBytes, length) : undefined;
}

function viewIpv4(bytes: Uint8Array, ipAt: number, length: number): PacketView | undefined {
  if (whyNotIpv4(bytes, ipAt, length) !== undefined) return undefined;
  const word = readU16(bytes, ipAt + ipv4Offset.fragment);
  return {
    bytes,
    protocol: bytes[ipAt + ipv4Offset.protocol]!,
    source: readIpv4(bytes, ipAt + ipv4Offset.source),
    destination: readIpv4(bytes, ipAt + ipv4Offset.destination),
    ipAt,
    at: ipAt + (bytes[ipAt]! & 15) * 4,
    end: ipAt + readU16(bytes, ipAt + ipv4Offset.totalLength),
    isFragment: (word & (ipv4Fragment.more | ipv4Fragment.offsetMask)) !== 0,
  };
}

/** Other extension headers than a fragment's are not looked behind. */
function viewIpv6(bytes: Uint8Array, ipAt: number, length: number): PacketView | undefined {
  if (whyNotIpv6(bytes, ipAt, length) !== undefined) return undefined;
  const at = ipAt + ipv6HeaderBytes;
  const next = bytes[ipAt + ipv6Offset.nextHeader]!;
  const isFragment = next === ipProtocol.fragment;
  return {
    bytes,
    protocol: isFragment ? bytes[at + ipv6FragmentOffset.nextHeader]! : next,
    source: readIpv6(bytes, ipAt + ipv6Offset.source),
    destination: readIpv6(bytes, ipAt + ipv6Offset.destination),
    ipAt,
    at,
    end: at + readU16(bytes, ipAt + ipv6Offset.payloadLength),
    isFragment,
  };
}

/** Where the payload of TCP or UDP begins; undefined: the header is not whole. */
export function payloadAt({ bytes, protocol, at, end }: PacketView): number | undefined {
  const isTcp = protocol === ipProtocol.tcp;
  if (end - at < (isTcp ? tcpHeaderBytes : udpHeaderBytes)) return undefined;
  const headerBytes = isTcp ? (bytes[at + tcpOffset.dataOffset]! >>> 4) * 4 : udpHeaderBytes;
  const isWhole = headerBytes >= udpHeaderBytes && at + headerBytes <= end;
  return isWhole ? at + headerBytes : undefined;
}

export function hasRightChecksum({ bytes, protocol, ipAt, at, end }: PacketView): boolean {
  const verify = protocol === ipProtocol.tcp ? verifyTcpChecksum : verifyUdpChecksum;
  return verify(bytes, ipAt, at, end);
}

/** TCP's longest header; of a datagram its beginning, where applications put what tells them apart. */
const hashedBytes = 60;

/**
 * A hash of all that routers and NAT boxes leave as it is: FNV-1a by words over the beginning of the
 * message, without its ports, and of the rest the sum that its checksum bears.
 */
export function identityOf(packet: PacketView): number {
  const { bytes, protocol, at, end } = packet;
  const checksumAt = at + (protocol === ipProtocol.tcp ? tcpOffset.checksum : udpOffset.checksum);
  const checksum = readU16(bytes, checksumAt);
  const isSummed = checksum !== 0 || protocol === ipProtocol.tcp;
  const until = isSummed ? Math.min(end, at + hashedBytes) : end;
  let hash = 0x811c_9dc5 ^ (end - at) ^ (isSummed ? sumOfRest(packet, checksum) << 16 : 0);
  let next = at + 4;
  for (; next < until - 3; next += 4) {
    let word =
      (bytes[next]! << 24) | (bytes[next + 1]! << 16) | (bytes[next + 2]! << 8) | bytes[next + 3]!;
    // Both checksums stand within one word of four, counted from the header.
    if (checksumAt === next) word &= 0xffff;
    else if (checksumAt === next + 2) word &= 0xffff_0000;
    hash = Math.imul(hash ^ word, 0x0100_0193);
    hash = (hash << 13) | (hash >>> 19);
  }
  for (; next < until; next++) hash = Math.imul(hash ^ bytes[next]!, 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  // Signed: a whole number of 32 bits costs no memory of its own.
  return hash ^ (hash >>> 13);
}

/** What the checksum says of the message without addresses and ports, which NAT boxes change (RFC 3022 4.1). */
function sumOfRest({ bytes, ipAt, at, source }: PacketView, checksum: number): number {
  const addresses =
    typeof source === 'number'
      ? sumWords(bytes, ipAt + ipv4Offset.source, ipAt + ipv4HeaderBytes)
      : sumWords(bytes, ipAt + ipv6Offset.source, ipAt + ipv6HeaderBytes);
  const changed = addresses + readU16(bytes, at) + readU16(bytes, at + 2);
  // Of ones' complement 0 and 0xffff are the same number.
  return ((checksum ^ 0xffff) - (changed % 0xffff) + 0xffff) % 0xffff;
}
