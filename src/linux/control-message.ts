/**
 * Control messages: what the kernel says beside a datagram, and what it is told beside one.
 * struct cmsghdr (linux/socket.h): cmsg_len 0 (64 bits), cmsg_level 8, cmsg_type 12, data 16; aligned to 8.
 */
import { type Endpoint, type Ip, isIpv4, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { read32, read64, readSigned32, write16, write32, write64 } from './layout.ts';
import { readSocketAddress } from './socket-address.ts';

const dataAt = 16;
const level = { socket: 1, ipv4: 0, ipv6: 41, udp: 17 } as const;
/** linux/in.h, in6.h, udp.h and asm-generic/socket.h, as level × 256 + type. */
const kind = {
  timestampNs: level.socket * 256 + 35,
  ipv4Ttl: level.ipv4 * 256 + 2,
  ipv4PacketInfo: level.ipv4 * 256 + 8,
  ipv4Error: level.ipv4 * 256 + 11,
  ipv6Error: level.ipv6 * 256 + 25,
  ipv6PacketInfo: level.ipv6 * 256 + 50,
  ipv6HopLimit: level.ipv6 * 256 + 52,
  udpSegment: level.udp * 256 + 103,
  udpJoined: level.udp * 256 + 104,
} as const;

/** What came beside a datagram; what the socket did not ask for stays as it was. */
export interface ArrivalFacts {
  destination: Ip;
  interfaceIndex: number;
  ttl: number;
  /** So long is each of the datagrams that were joined, the last one at most; 0: there is one. */
  segmentBytes?: number;
  /** Of the wall clock, when the kernel took the datagram. */
  seconds: number;
  nanoseconds: number;
}

/** struct sock_extended_err of linux/errqueue.h. */
export interface ExtendedError {
  readonly errno: number;
  readonly origin: 'local' | 'icmp' | 'icmpv6' | 'other';
  readonly type: number;
  readonly code: number;
  /** The MTU, where the error is about it. */
  readonly info: number;
  /** Who reported it. */
  readonly offender: Endpoint | undefined;
}

export function readArrivalFacts(
  control: Uint8Array,
  from: number,
  end: number,
  facts: ArrivalFacts,
): void {
  for (let at = from; at + dataAt <= end; at = nextAt(control, at)) {
    const data = at + dataAt;
    switch (kindAt(control, at)) {
      case kind.ipv4PacketInfo:
        facts.interfaceIndex = readSigned32(control, data);
        facts.destination = readIpv4(control, data + 8);
        break;
      case kind.ipv6PacketInfo:
        facts.destination = readIpv6(control, data);
        facts.interfaceIndex = readSigned32(control, data + 16);
        break;
      case kind.ipv4Ttl:
      case kind.ipv6HopLimit:
        facts.ttl = readSigned32(control, data);
        break;
      case kind.udpJoined:
        facts.segmentBytes = readSigned32(control, data);
        break;
      case kind.timestampNs:
        facts.seconds = read64(control, data);
        facts.nanoseconds = read64(control, data + 8);
        break;
    }
  }
}

export function readExtendedError(
  control: Uint8Array,
  from: number,
  end: number,
): ExtendedError | undefined {
  for (let at = from; at + dataAt <= end; at = nextAt(control, at)) {
    const found = kindAt(control, at);
    if (found === kind.ipv4Error || found === kind.ipv6Error) return errorAt(control, at + dataAt);
  }
  return undefined;
}

const origins = ['other', 'local', 'icmp', 'icmpv6'] as const;

function errorAt(control: Uint8Array, at: number): ExtendedError {
  return {
    errno: read32(control, at),
    origin: origins[control[at + 4]!] ?? 'other',
    type: control[at + 5]!,
    code: control[at + 6]!,
    info: read32(control, at + 8),
    offender: readSocketAddress(control, at + 16),
  };
}

function nextAt(control: Uint8Array, at: number): number {
  const length = read32(control, at);
  return at + Math.max(dataAt, (length + 7) & ~7);
}

function kindAt(control: Uint8Array, at: number): number {
  return read32(control, at + 8) * 256 + read32(control, at + 12);
}

/** Says which source address to send from; where the next message goes. */
export function writeSource(control: Uint8Array, at: number, source: Ip): number {
  const data = at + dataAt;
  if (isIpv4(source)) {
    control.fill(0, data, data + 12);
    writeIp(control, data + 4, source);
    return writeHead(control, at, kind.ipv4PacketInfo, 12);
  }
  control.fill(0, data, data + 20);
  writeIp(control, data, source);
  return writeHead(control, at, kind.ipv6PacketInfo, 20);
}

/** Says which TTL or hop limit to send with; where the next message goes. */
export function writeTtl(control: Uint8Array, at: number, family: 4 | 6, ttl: number): number {
  write32(control, at + dataAt, ttl);
  return writeHead(control, at, family === 4 ? kind.ipv4Ttl : kind.ipv6HopLimit, 4);
}

/** Says that the payload is many datagrams, each so long, the last one at most (UDP_SEGMENT of linux/udp.h). */
export function writeSegmentBytes(control: Uint8Array, at: number, segmentBytes: number): number {
  write16(control, at + dataAt, segmentBytes);
  return writeHead(control, at, kind.udpSegment, 2);
}

function writeHead(control: Uint8Array, at: number, what: number, dataBytes: number): number {
  write64(control, at, dataAt + dataBytes);
  write32(control, at + 8, what >>> 8);
  write32(control, at + 12, what & 255);
  return at + ((dataAt + dataBytes + 7) & ~7);
}
