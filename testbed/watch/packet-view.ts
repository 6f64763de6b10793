/** Just so much of a frame as tells whose packet it is, read where it lies. */
import { type Ip, readIpv4, readIpv6 } from '../../src/base/address.ts';
import { readU16 } from '../../src/base/bytes.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../src/wire/ethernet.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { ipv4Fragment, ipv4Offset, whyNotIpv4 } from '../../src/wire/ipv4.ts';
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

/**
 * A hash of all that routers and NAT boxes leave as it is: of the message without ports and checksum.
 * FNV-1a by words, with a last mixing.
 */
export function identityOf({ bytes, protocol, at, end }: PacketView): number {
  const checksumAt = at + (protocol === ipProtocol.tcp ? tcpOffset.checksum : udpOffset.checksum);
  let hash = 0x811c_9dc5;
  let next = at + 4;
  for (; next < end - 3; next += 4) {
    let word =
      (bytes[next]! << 24) | (bytes[next + 1]! << 16) | (bytes[next + 2]! << 8) | bytes[next + 3]!;
    // Both checksums stand within one word of four, counted from the header.
    if (checksumAt === next) word &= 0xffff;
    else if (checksumAt === next + 2) word &= 0xffff_0000;
    hash = Math.imul(hash ^ word, 0x0100_0193);
    hash = (hash << 13) | (hash >>> 19);
  }
  for (; next < end; next++) hash = Math.imul(hash ^ bytes[next]!, 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
