/** What an ICMP error says: its type and code, and as much of the packet as fits. */
import {
  emitIcmp,
  type Icmp,
  icmpTimeExceededCode,
  icmpUnreachableCode,
  measureIcmp,
} from '../wire/icmp.ts';
import {
  emitIcmpv6,
  type Icmpv6,
  icmpv6TimeExceededCode,
  icmpv6UnreachableCode,
  measureIcmpv6,
} from '../wire/icmpv6.ts';
import { ipv4HeaderBytes } from '../wire/ipv4.ts';
import { ipv6HeaderBytes } from '../wire/ipv6.ts';

/** RFC 1812 4.3.2.3 and RFC 4443 3: the whole error fits into what every path carries. */
const mostBytesV4 = 576;
const mostBytesV6 = 1_280;

/** `reassembly-time-exceeded` is about a fragment whose siblings did not come. */
export type ErrorKind =
  | 'network-unreachable'
  | 'host-unreachable'
  | 'port-unreachable'
  | 'packet-too-big'
  | 'time-exceeded'
  | 'reassembly-time-exceeded';

/** A packet, or its beginning, as its sender sent it. */
export interface PacketView {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
}

/** The ICMP message, checksum included. */
export function errorV4(kind: ErrorKind, mtuBytes: number, about: PacketView): Uint8Array {
  const quoted = quoteOf(about, mostBytesV4 - ipv4HeaderBytes - 8);
  const icmp = describeErrorV4(kind, mtuBytes, quoted);
  const bytes = new Uint8Array(measureIcmp(icmp));
  emitIcmp(bytes, 0, icmp);
  return bytes;
}

/** The ICMPv6 message; its checksum needs the IP header. */
export function errorV6(kind: ErrorKind, mtuBytes: number, about: PacketView): Uint8Array {
  const quoted = quoteOf(about, mostBytesV6 - ipv6HeaderBytes - 8);
  const icmp = describeErrorV6(kind, mtuBytes, quoted);
  const bytes = new Uint8Array(measureIcmpv6(icmp));
  emitIcmpv6(bytes, 0, icmp);
  return bytes;
}

function quoteOf(about: PacketView, mostBytes: number): Uint8Array {
  return about.bytes.subarray(about.at, Math.min(about.end, about.at + mostBytes));
}

function describeErrorV4(kind: ErrorKind, mtuBytes: number, quoted: Uint8Array): Icmp {
  const code = icmpUnreachableCode;
  const unreachable = { kind: 'destination-unreachable', mtuBytes: 0, quoted } as const;
  switch (kind) {
    case 'network-unreachable':
      return { ...unreachable, code: code.network };
    case 'host-unreachable':
      return { ...unreachable, code: code.host };
    case 'port-unreachable':
      return { ...unreachable, code: code.port };
    case 'packet-too-big':
      return { ...unreachable, code: code.fragmentationNeeded, mtuBytes };
    case 'time-exceeded':
      return { kind: 'time-exceeded', code: icmpTimeExceededCode.inTransit, quoted };
    case 'reassembly-time-exceeded':
      return { kind: 'time-exceeded', code: icmpTimeExceededCode.inReassembly, quoted };
  }
}

function describeErrorV6(kind: ErrorKind, mtuBytes: number, quoted: Uint8Array): Icmpv6 {
  const unreachable = { kind: 'destination-unreachable', quoted } as const;
  switch (kind) {
    case 'network-unreachable':
      return { ...unreachable, code: icmpv6UnreachableCode.noRoute };
    case 'host-unreachable':
      return { ...unreachable, code: icmpv6UnreachableCode.address };
    case 'port-unreachable':
      return { ...unreachable, code: icmpv6UnreachableCode.port };
    case 'packet-too-big':
      return { kind: 'packet-too-big', mtuBytes, quoted };
    case 'time-exceeded':
      return { kind: 'time-exceeded', code: icmpv6TimeExceededCode.inTransit, quoted };
    case 'reassembly-time-exceeded':
      return { kind: 'time-exceeded', code: icmpv6TimeExceededCode.inReassembly, quoted };
  }
}
