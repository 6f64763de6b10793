/**
 * ICMPv6: echo and errors (RFC 4443), with Neighbor Discovery inside (RFC 4861). What else comes is kept raw.
 *
 *   0        1        2                 4                 6
 *   +--------+--------+-----------------+-----------------+-----------------+
 *   |  type  |  code  |    checksum     | identifier      | sequence        |  echo
 *   |        |        |                 |                MTU                |  packet too big
 *   |        |        |                 |              pointer              |  parameter problem
 *   +--------+--------+-----------------+-----------------+-----------------+
 *   |  echo: data. Errors: as much of the packet they speak of as fits into 1280 bytes  - - -
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { computeTransportChecksum, verifyTransportChecksum } from './checksum.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';
import {
  describeNeighborDiscovery,
  emitNeighborDiscovery,
  isNeighborDiscovery,
  measureNeighborDiscovery,
  type NeighborDiscovery,
  neighborDiscoveryType,
  parseNeighborDiscovery,
} from './neighbor-discovery.ts';

export const icmpv6Offset = {
  type: 0,
  code: 1,
  checksum: 2,
  identifier: 4,
  sequence: 6,
  mtu: 4,
  pointer: 4,
  /** Of the data, or of the packet that an error quotes. */
  body: 8,
} as const;
export const icmpv6HeaderBytes = 8;

/** Types below 128 are errors (RFC 4443 2.1). */
export const icmpv6Type = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  ...neighborDiscoveryType,
} as const;

export const icmpv6UnreachableCode = {
  noRoute: 0,
  prohibited: 1,
  beyondScope: 2,
  address: 3,
  port: 4,
} as const;

export const icmpv6TimeExceededCode = { inTransit: 0, inReassembly: 1 } as const;

export type Icmpv6 =
  | Icmpv6Echo
  | Icmpv6Unreachable
  | Icmpv6PacketTooBig
  | Icmpv6ParameterProblem
  | Icmpv6Other
  | NeighborDiscovery;

export interface Icmpv6Echo {
  readonly kind: 'echo-request' | 'echo-reply';
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

export interface Icmpv6Unreachable {
  readonly kind: 'destination-unreachable' | 'time-exceeded';
  readonly code: number;
  readonly quoted: Uint8Array;
}

export interface Icmpv6PacketTooBig {
  readonly kind: 'packet-too-big';
  /** Of the next hop. */
  readonly mtuBytes: number;
  readonly quoted: Uint8Array;
}

export interface Icmpv6ParameterProblem {
  readonly kind: 'parameter-problem';
  readonly code: number;
  /** The offset in the packet of the byte that was wrong; it may lie behind what is quoted. */
  readonly pointer: number;
  readonly quoted: Uint8Array;
}

export interface Icmpv6Other {
  readonly kind: 'other';
  readonly type: number;
  readonly code: number;
  /** All that follows the checksum; at least 4 bytes. */
  readonly rest: Uint8Array;
}

/** Looks at the message only: `verifyIcmpv6Checksum` needs the IP header as well. */
export function parseIcmpv6(bytes: Uint8Array, at: number, end: number): Icmpv6 | Malformed {
  if (end - at < icmpv6HeaderBytes) return malformed(`ICMPv6: ${end - at} of 8 header bytes`);
  const type = bytes[at]!;
  if (isNeighborDiscovery(type)) return parseNeighborDiscovery(bytes, at, end);
  const code = bytes[at + icmpv6Offset.code]!;
  const body = bytes.slice(at + icmpv6Offset.body, end);
  switch (type) {
    case icmpv6Type.echoRequest:
      return { kind: 'echo-request', ...parseEchoNumbers(bytes, at), data: body };
    case icmpv6Type.echoReply:
      return { kind: 'echo-reply', ...parseEchoNumbers(bytes, at), data: body };
    case icmpv6Type.destinationUnreachable:
      return { kind: 'destination-unreachable', code, quoted: body };
    case icmpv6Type.timeExceeded:
      return { kind: 'time-exceeded', code, quoted: body };
    case icmpv6Type.packetTooBig:
      return { kind: 'packet-too-big', mtuBytes: readU32(bytes, at + 4), quoted: body };
    case icmpv6Type.parameterProblem:
      return { kind: 'parameter-problem', code, pointer: readU32(bytes, at + 4), quoted: body };
    default:
      return { kind: 'other', type, code, rest: bytes.slice(at + 4, end) };
  }
}

function parseEchoNumbers(bytes: Uint8Array, at: number) {
  return {
    identifier: readU16(bytes, at + icmpv6Offset.identifier),
    sequence: readU16(bytes, at + icmpv6Offset.sequence),
  };
}

/** How many bytes `emitIcmpv6` writes. */
export function measureIcmpv6(icmp: Icmpv6): number {
  switch (icmp.kind) {
    case 'echo-request':
    case 'echo-reply':
      return icmpv6HeaderBytes + icmp.data.length;
    case 'destination-unreachable':
    case 'time-exceeded':
    case 'packet-too-big':
    case 'parameter-problem':
      return icmpv6HeaderBytes + icmp.quoted.length;
    case 'other':
      return 4 + icmp.rest.length;
    default:
      return measureNeighborDiscovery(icmp);
  }
}

/** The whole message with a checksum of zero: `icmpv6Checksum` says what belongs there. */
export function emitIcmpv6(bytes: Uint8Array, at: number, icmp: Icmpv6): number {
  bytes.fill(0, at, at + icmpv6HeaderBytes);
  switch (icmp.kind) {
    case 'echo-request':
      return emitEcho(bytes, at, icmpv6Type.echoRequest, icmp);
    case 'echo-reply':
      return emitEcho(bytes, at, icmpv6Type.echoReply, icmp);
    case 'destination-unreachable':
      return emitError(bytes, at, icmpv6Type.destinationUnreachable, icmp.code, 0, icmp.quoted);
    case 'time-exceeded':
      return emitError(bytes, at, icmpv6Type.timeExceeded, icmp.code, 0, icmp.quoted);
    case 'packet-too-big':
      return emitError(bytes, at, icmpv6Type.packetTooBig, 0, icmp.mtuBytes, icmp.quoted);
    case 'parameter-problem':
      return emitError(
        bytes,
        at,
        icmpv6Type.parameterProblem,
        icmp.code,
        icmp.pointer,
        icmp.quoted,
      );
    case 'other':
      bytes[at + icmpv6Offset.type] = icmp.type;
      bytes[at + icmpv6Offset.code] = icmp.code;
      bytes.set(icmp.rest, at + 4);
      return at + 4 + icmp.rest.length;
    default:
      return emitNeighborDiscovery(bytes, at, icmp);
  }
}

function emitEcho(bytes: Uint8Array, at: number, type: number, echo: Icmpv6Echo): number {
  bytes[at + icmpv6Offset.type] = type;
  writeU16(bytes, at + icmpv6Offset.identifier, echo.identifier);
  writeU16(bytes, at + icmpv6Offset.sequence, echo.sequence);
  bytes.set(echo.data, at + icmpv6Offset.body);
  return at + icmpv6Offset.body + echo.data.length;
}

function emitError(
  bytes: Uint8Array,
  at: number,
  type: number,
  code: number,
  argument: number,
  quoted: Uint8Array,
): number {
  bytes[at + icmpv6Offset.type] = type;
  bytes[at + icmpv6Offset.code] = code;
  writeU32(bytes, at + icmpv6Offset.mtu, argument);
  bytes.set(quoted, at + icmpv6Offset.body);
  return at + icmpv6Offset.body + quoted.length;
}

/** What belongs into the checksum field of the message in [icmpAt, end), whatever stands there now. */
export function icmpv6Checksum(
  bytes: Uint8Array,
  ipAt: number,
  icmpAt: number,
  end: number,
): number {
  const fieldAt = icmpAt + icmpv6Offset.checksum;
  return computeTransportChecksum(bytes, ipAt, ipProtocol.icmpv6, icmpAt, end, fieldAt);
}

export function verifyIcmpv6Checksum(
  bytes: Uint8Array,
  ipAt: number,
  icmpAt: number,
  end: number,
): boolean {
  return verifyTransportChecksum(bytes, ipAt, ipProtocol.icmpv6, icmpAt, end);
}

export function describeIcmpv6(icmp: Icmpv6): string {
  switch (icmp.kind) {
    case 'echo-request':
    case 'echo-reply':
      return `icmpv6 ${icmp.kind} ${icmp.identifier} ${icmp.sequence}, ${icmp.data.length} bytes`;
    case 'destination-unreachable':
    case 'time-exceeded':
      return `icmpv6 ${icmp.kind} code ${icmp.code}`;
    case 'packet-too-big':
      return `icmpv6 packet-too-big mtu ${icmp.mtuBytes}`;
    case 'parameter-problem':
      return `icmpv6 parameter-problem code ${icmp.code} at byte ${icmp.pointer}`;
    case 'other':
      return `icmpv6 type ${icmp.type} code ${icmp.code}`;
    default:
      return describeNeighborDiscovery(icmp);
  }
}
