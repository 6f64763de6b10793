/** What a NAT box reads of an IPv4 packet and changes in it, at offsets and in place. */
import { type Ipv4, readIpv4 } from '../../src/base/address.ts';
import { readU16, writeU16, writeU32 } from '../../src/base/bytes.ts';
import { updateChecksum } from '../../src/wire/checksum.ts';
import { icmpHeaderBytes, icmpOffset, icmpType } from '../../src/wire/icmp.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { ipv4Fragment, ipv4HeaderBytes, ipv4Offset } from '../../src/wire/ipv4.ts';
import { tcpHeaderBytes, tcpOffset } from '../../src/wire/tcp.ts';
import { udpHeaderBytes, udpOffset } from '../../src/wire/udp.ts';

/** RFC 792: timestamps are queries too (RFC 5508 2). */
const timestampRequest = 13;
const timestampReply = 14;

export type PacketKind =
  /** UDP or TCP. */
  | 'flow'
  /** An ICMP query: its identifier is its source port, and it has no destination port. */
  | 'query'
  /** The answer to one: the identifier is its destination port. */
  | 'reply'
  | 'icmp-error'
  | 'other'
  | 'fragment'
  | 'malformed';

/** Filled anew for each packet, so that translating one allocates nothing. */
export interface PacketFields {
  kind: PacketKind;
  protocol: number;
  ipAt: number;
  transportAt: number;
  source: Ipv4;
  sourcePort: number;
  destination: Ipv4;
  destinationPort: number;
  tcpFlags: number;
  /** Where the ports stand; 0 for one that the packet doesn't have. */
  sourcePortAt: number;
  destinationPortAt: number;
  /** Where the transport's checksum stands; 0 if there is none, or if it was cut off. */
  checksumAt: number;
}

export function createPacketFields(): PacketFields {
  return {
    kind: 'malformed',
    protocol: 0,
    ipAt: 0,
    transportAt: 0,
    source: 0 as Ipv4,
    sourcePort: 0,
    destination: 0 as Ipv4,
    destinationPort: 0,
    tcpFlags: 0,
    sourcePortAt: 0,
    destinationPortAt: 0,
    checksumAt: 0,
  };
}

/** `quoted`: what an ICMP error carries, of which 8 bytes behind the IP header are enough (RFC 792). */
export function readPacket(
  fields: PacketFields,
  bytes: Uint8Array,
  at: number,
  end: number,
  quoted: boolean,
): PacketKind {
  fields.kind = readHeader(fields, bytes, at, end);
  if (fields.kind !== 'other') return fields.kind;
  const there = end - fields.transportAt;
  switch (fields.protocol) {
    case ipProtocol.udp:
      fields.kind = there < udpHeaderBytes ? 'malformed' : readUdp(fields, bytes);
      break;
    case ipProtocol.tcp:
      fields.kind =
        there < (quoted ? 8 : tcpHeaderBytes) ? 'malformed' : readTcp(fields, bytes, end);
      break;
    case ipProtocol.icmp:
      fields.kind = there < icmpHeaderBytes ? 'malformed' : readIcmp(fields, bytes);
      break;
  }
  return fields.kind;
}

function readHeader(
  fields: PacketFields,
  bytes: Uint8Array,
  at: number,
  end: number,
): 'other' | 'fragment' | 'malformed' {
  if (end - at < ipv4HeaderBytes || bytes[at]! >>> 4 !== 4) return 'malformed';
  const headerBytes = (bytes[at]! & 15) * 4;
  if (headerBytes < ipv4HeaderBytes || headerBytes > end - at) return 'malformed';
  fields.ipAt = at;
  fields.transportAt = at + headerBytes;
  fields.protocol = bytes[at + ipv4Offset.protocol]!;
  fields.source = readIpv4(bytes, at + ipv4Offset.source);
  fields.destination = readIpv4(bytes, at + ipv4Offset.destination);
  fields.sourcePort = 0;
  fields.destinationPort = 0;
  fields.tcpFlags = 0;
  fields.sourcePortAt = 0;
  fields.destinationPortAt = 0;
  fields.checksumAt = 0;
  const fragment = readU16(bytes, at + ipv4Offset.fragment);
  return (fragment & ipv4Fragment.offsetMask) === 0 ? 'other' : 'fragment';
}

function readUdp(fields: PacketFields, bytes: Uint8Array): PacketKind {
  readPorts(fields, bytes);
  const at = fields.transportAt + udpOffset.checksum;
  fields.checksumAt = readU16(bytes, at) === 0 ? 0 : at;
  return 'flow';
}

function readTcp(fields: PacketFields, bytes: Uint8Array, end: number): PacketKind {
  readPorts(fields, bytes);
  const at = fields.transportAt;
  if (end - at < tcpHeaderBytes) return 'flow';
  fields.tcpFlags = bytes[at + tcpOffset.flags]!;
  fields.checksumAt = at + tcpOffset.checksum;
  return 'flow';
}

function readPorts(fields: PacketFields, bytes: Uint8Array): void {
  fields.sourcePortAt = fields.transportAt + udpOffset.sourcePort;
  fields.destinationPortAt = fields.transportAt + udpOffset.destinationPort;
  fields.sourcePort = readU16(bytes, fields.sourcePortAt);
  fields.destinationPort = readU16(bytes, fields.destinationPortAt);
}

function readIcmp(fields: PacketFields, bytes: Uint8Array): PacketKind {
  const identifierAt = fields.transportAt + icmpOffset.identifier;
  fields.checksumAt = fields.transportAt + icmpOffset.checksum;
  switch (bytes[fields.transportAt]) {
    case icmpType.echoRequest:
    case timestampRequest:
      fields.sourcePortAt = identifierAt;
      fields.sourcePort = readU16(bytes, identifierAt);
      return 'query';
    case icmpType.echoReply:
    case timestampReply:
      fields.destinationPortAt = identifierAt;
      fields.destinationPort = readU16(bytes, identifierAt);
      return 'reply';
    case icmpType.destinationUnreachable:
    case icmpType.timeExceeded:
    case icmpType.parameterProblem:
      return 'icmp-error';
    default:
      return 'other';
  }
}

export function rewriteSource(
  fields: PacketFields,
  bytes: Uint8Array,
  address: Ipv4,
  port: number,
): void {
  rewriteAddress(fields, bytes, fields.ipAt + ipv4Offset.source, address);
  if (fields.sourcePortAt !== 0) rewritePort(fields, bytes, fields.sourcePortAt, port);
}

export function rewriteDestination(
  fields: PacketFields,
  bytes: Uint8Array,
  address: Ipv4,
  port: number,
): void {
  rewriteAddress(fields, bytes, fields.ipAt + ipv4Offset.destination, address);
  if (fields.destinationPortAt !== 0) rewritePort(fields, bytes, fields.destinationPortAt, port);
}

/** RFC 3022 4.2: the header's checksum and, but for ICMP, the transport's cover the address. */
function rewriteAddress(
  fields: PacketFields,
  bytes: Uint8Array,
  at: number,
  address: number,
): void {
  const high = readU16(bytes, at);
  const low = readU16(bytes, at + 2);
  writeU32(bytes, at, address);
  const headerSumAt = fields.ipAt + ipv4Offset.checksum;
  correctChecksum(bytes, headerSumAt, high, address >>> 16);
  correctChecksum(bytes, headerSumAt, low, address & 0xffff);
  if (fields.checksumAt === 0 || fields.protocol === ipProtocol.icmp) return;
  correctChecksum(bytes, fields.checksumAt, high, address >>> 16);
  correctChecksum(bytes, fields.checksumAt, low, address & 0xffff);
  if (fields.protocol === ipProtocol.udp) avoidZero(bytes, fields.checksumAt);
}

function rewritePort(fields: PacketFields, bytes: Uint8Array, at: number, port: number): void {
  const before = readU16(bytes, at);
  writeU16(bytes, at, port);
  if (fields.checksumAt === 0) return;
  correctChecksum(bytes, fields.checksumAt, before, port);
  if (fields.protocol === ipProtocol.udp) avoidZero(bytes, fields.checksumAt);
}

function correctChecksum(bytes: Uint8Array, at: number, before: number, after: number): void {
  writeU16(bytes, at, updateChecksum(readU16(bytes, at), before, after));
}

/** RFC 768: a computed sum of zero is sent as all ones, for zero says "none". */
function avoidZero(bytes: Uint8Array, at: number): void {
  if (readU16(bytes, at) === 0) writeU16(bytes, at, 0xffff);
}
