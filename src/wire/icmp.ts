/**
 * ICMP for IPv4: echo and errors (RFC 792; the next hop's MTU: RFC 1191 4). What else comes is kept raw.
 *
 *   0        1        2                 4                 6
 *   +--------+--------+-----------------+-----------------+-----------------+
 *   |  type  |  code  |    checksum     | identifier      | sequence        |  echo
 *   |        |        |                 | 0               | next-hop MTU    |  unreachable
 *   |        |        |                 | pointer   0     | 0               |  parameter problem
 *   +--------+--------+-----------------+-----------------+-----------------+
 *   |  echo: data. Errors: the header and first bytes of the packet they speak of  - - -
 */
import { readU16, writeU16 } from '../base/bytes.ts';
import { foldChecksum, sumWords } from './checksum.ts';
import { type Malformed, malformed } from './malformed.ts';

export const icmpOffset = {
  type: 0,
  code: 1,
  checksum: 2,
  identifier: 4,
  sequence: 6,
  nextHopMtu: 6,
  /** Of the data, or of the packet that an error quotes. */
  body: 8,
} as const;
export const icmpHeaderBytes = 8;

export const icmpType = {
  echoReply: 0,
  destinationUnreachable: 3,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

/** RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
export const icmpUnreachableCode = {
  network: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  networkProhibited: 9,
  hostProhibited: 10,
  communicationProhibited: 13,
} as const;

export const icmpTimeExceededCode = { inTransit: 0, inReassembly: 1 } as const;

export type Icmp = IcmpEcho | IcmpUnreachable | IcmpTimeExceeded | IcmpParameterProblem | IcmpOther;

export interface IcmpEcho {
  readonly kind: 'echo-request' | 'echo-reply';
  readonly identifier: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

export interface IcmpUnreachable {
  readonly kind: 'destination-unreachable';
  readonly code: number;
  /** With `fragmentationNeeded`; 0 otherwise and from routers that predate RFC 1191. */
  readonly mtuBytes: number;
  /** All that follows, extensions of RFC 4884 included. */
  readonly quoted: Uint8Array;
}

export interface IcmpTimeExceeded {
  readonly kind: 'time-exceeded';
  readonly code: number;
  readonly quoted: Uint8Array;
}

export interface IcmpParameterProblem {
  readonly kind: 'parameter-problem';
  readonly code: number;
  /** The offset in `quoted` of the byte that was wrong. */
  readonly pointer: number;
  readonly quoted: Uint8Array;
}

export interface IcmpOther {
  readonly kind: 'other';
  readonly type: number;
  readonly code: number;
  /** All that follows the checksum; at least 4 bytes. */
  readonly rest: Uint8Array;
}

/** The message in [at, end); its checksum is checked. */
export function parseIcmp(bytes: Uint8Array, at: number, end: number): Icmp | Malformed {
  if (end - at < icmpHeaderBytes) return malformed(`ICMP: ${end - at} of 8 header bytes`);
  if (foldChecksum(sumWords(bytes, at, end)) !== 0) return malformed('ICMP: checksum is wrong');
  const type = bytes[at]!;
  const code = bytes[at + icmpOffset.code]!;
  switch (type) {
    case icmpType.echoRequest:
      return { kind: 'echo-request', ...parseEcho(bytes, at, end) };
    case icmpType.echoReply:
      return { kind: 'echo-reply', ...parseEcho(bytes, at, end) };
    case icmpType.destinationUnreachable: {
      const mtuBytes = readU16(bytes, at + icmpOffset.nextHopMtu);
      return { kind: 'destination-unreachable', code, mtuBytes, quoted: bodyOf(bytes, at, end) };
    }
    case icmpType.timeExceeded:
      return { kind: 'time-exceeded', code, quoted: bodyOf(bytes, at, end) };
    case icmpType.parameterProblem: {
      const pointer = bytes[at + 4]!;
      return { kind: 'parameter-problem', code, pointer, quoted: bodyOf(bytes, at, end) };
    }
    default:
      return { kind: 'other', type, code, rest: bytes.slice(at + 4, end) };
  }
}

function parseEcho(bytes: Uint8Array, at: number, end: number) {
  return {
    identifier: readU16(bytes, at + icmpOffset.identifier),
    sequence: readU16(bytes, at + icmpOffset.sequence),
    data: bodyOf(bytes, at, end),
  };
}

function bodyOf(bytes: Uint8Array, at: number, end: number): Uint8Array {
  return bytes.slice(at + icmpOffset.body, end);
}

/** How many bytes `emitIcmp` writes. */
export function measureIcmp(icmp: Icmp): number {
  switch (icmp.kind) {
    case 'echo-request':
    case 'echo-reply':
      return icmpHeaderBytes + icmp.data.length;
    case 'destination-unreachable':
    case 'time-exceeded':
    case 'parameter-problem':
      return icmpHeaderBytes + icmp.quoted.length;
    case 'other':
      return 4 + icmp.rest.length;
  }
}

/** The whole message, its checksum included. */
export function emitIcmp(bytes: Uint8Array, at: number, icmp: Icmp): number {
  bytes.fill(0, at, at + icmpHeaderBytes);
  const end = at + measureIcmp(icmp);
  emitContent(bytes, at, icmp);
  writeU16(bytes, at + icmpOffset.checksum, foldChecksum(sumWords(bytes, at, end)));
  return end;
}

function emitContent(bytes: Uint8Array, at: number, icmp: Icmp): void {
  switch (icmp.kind) {
    case 'echo-request':
    case 'echo-reply':
      writeTypeAndCode(
        bytes,
        at,
        icmpType[icmp.kind === 'echo-reply' ? 'echoReply' : 'echoRequest'],
      );
      writeU16(bytes, at + icmpOffset.identifier, icmp.identifier);
      writeU16(bytes, at + icmpOffset.sequence, icmp.sequence);
      bytes.set(icmp.data, at + icmpOffset.body);
      break;
    case 'destination-unreachable':
      writeTypeAndCode(bytes, at, icmpType.destinationUnreachable, icmp.code);
      writeU16(bytes, at + icmpOffset.nextHopMtu, icmp.mtuBytes);
      bytes.set(icmp.quoted, at + icmpOffset.body);
      break;
    case 'time-exceeded':
      writeTypeAndCode(bytes, at, icmpType.timeExceeded, icmp.code);
      bytes.set(icmp.quoted, at + icmpOffset.body);
      break;
    case 'parameter-problem':
      writeTypeAndCode(bytes, at, icmpType.parameterProblem, icmp.code);
      bytes[at + 4] = icmp.pointer;
      bytes.set(icmp.quoted, at + icmpOffset.body);
      break;
    case 'other':
      writeTypeAndCode(bytes, at, icmp.type, icmp.code);
      bytes.set(icmp.rest, at + 4);
      break;
    default:
      icmp satisfies never;
  }
}

function writeTypeAndCode(bytes: Uint8Array, at: number, type: number, code = 0): void {
  bytes[at + icmpOffset.type] = type;
  bytes[at + icmpOffset.code] = code;
}

export function describeIcmp(icmp: Icmp): string {
  switch (icmp.kind) {
    case 'echo-request':
    case 'echo-reply':
      return `icmp ${icmp.kind} ${icmp.identifier} ${icmp.sequence}, ${icmp.data.length} bytes`;
    case 'destination-unreachable':
      return `icmp ${icmp.kind} code ${icmp.code}${icmp.mtuBytes > 0 ? ` mtu ${icmp.mtuBytes}` : ''}`;
    case 'time-exceeded':
      return `icmp ${icmp.kind} code ${icmp.code}`;
    case 'parameter-problem':
      return `icmp ${icmp.kind} code ${icmp.code} at byte ${icmp.pointer}`;
    case 'other':
      return `icmp type ${icmp.type} code ${icmp.code}`;
  }
}
