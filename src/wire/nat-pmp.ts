/**
 * NAT Port Mapping Protocol, which came before PCP and shares its port (RFC 6886 3).
 *
 *   0        1        2                 4                 8                 12               16
 *   +--------+--------+-----------------+-----------------+-----------------+----------------+
 *   |   0    |   0    | (2)                                                   address-request
 *   |   0    |  128   | result          | epoch           | external address| (12)
 *   |   0    | 1 or 2 |   0        0    |internal|external| lifetime        | (12)  map-request
 *   |   0    | +128   | result          | epoch           |internal|external| lifetime       | (16)
 *   |   0    | +128   | result          | epoch           | (8)       an answer that refuses
 *   +--------+--------+-----------------+-----------------+-----------------+----------------+
 *
 *   1 maps UDP, 2 TCP. lifetime: in seconds; 0 deletes. epoch: seconds since the box forgot all.
 */
import { formatIp, type Ipv4, readIpv4, writeIp } from '../base/address.ts';
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

export const natPmpResult = {
  success: 0,
  unsupportedVersion: 1,
  notAuthorized: 2,
  networkFailure: 3,
  outOfResources: 4,
  unsupportedOpcode: 5,
} as const;

/** What is mapped: 1 or 2 on the wire. */
const transports = ['udp', 'tcp'] as const;
type Transport = (typeof transports)[number];

export type NatPmpMessage =
  | { readonly kind: 'address-request' }
  | {
      readonly kind: 'address-response';
      readonly result: number;
      readonly epochSeconds: number;
      readonly address: Ipv4;
    }
  | {
      readonly kind: 'map-request';
      readonly transport: Transport;
      readonly internalPort: number;
      readonly externalPort: number;
      readonly lifetimeSeconds: number;
    }
  | {
      readonly kind: 'map-response';
      readonly transport: Transport;
      readonly result: number;
      readonly epochSeconds: number;
      readonly internalPort: number;
      readonly externalPort: number;
      readonly lifetimeSeconds: number;
    }
  | {
      readonly kind: 'refusal';
      readonly opcode: number;
      readonly result: number;
      readonly epochSeconds: number;
    };

const lengths = {
  'address-request': 2,
  'address-response': 12,
  'map-request': 12,
  'map-response': 16,
  refusal: 8,
} as const satisfies Readonly<Record<NatPmpMessage['kind'], number>>;

export function parseNatPmp(bytes: Uint8Array, at: number, end: number): NatPmpMessage | Malformed {
  const length = end - at;
  if (length < 2 || bytes[at] !== 0) return malformed(`nat-pmp: ${length} bytes of another kind`);
  const opcode = bytes[at + 1]!;
  if (opcode >= 128 && length === lengths.refusal) return parseRefusal(bytes, at, opcode - 128);
  const kind = kindOf(opcode);
  if (kind === undefined || length !== lengths[kind]) {
    return malformed(`nat-pmp: opcode ${opcode} of ${length} bytes`);
  }
  return parsers[kind](bytes, at);
}

function kindOf(opcode: number): Exclude<NatPmpMessage['kind'], 'refusal'> | undefined {
  if (opcode === 0) return 'address-request';
  if (opcode === 128) return 'address-response';
  if (opcode === 1 || opcode === 2) return 'map-request';
  return opcode === 129 || opcode === 130 ? 'map-response' : undefined;
}

function parseRefusal(bytes: Uint8Array, at: number, opcode: number): NatPmpMessage {
  return {
    kind: 'refusal',
    opcode,
    result: readU16(bytes, at + 2),
    epochSeconds: readU32(bytes, at + 4),
  };
}

const parsers = {
  'address-request': (): NatPmpMessage => ({ kind: 'address-request' }),
  'address-response': (bytes: Uint8Array, at: number): NatPmpMessage => ({
    kind: 'address-response',
    result: readU16(bytes, at + 2),
    epochSeconds: readU32(bytes, at + 4),
    address: readIpv4(bytes, at + 8),
  }),
  'map-request': (bytes: Uint8Array, at: number): NatPmpMessage => ({
    kind: 'map-request',
    transport: transports[bytes[at + 1]! - 1]!,
    internalPort: readU16(bytes, at + 4),
    externalPort: readU16(bytes, at + 6),
    lifetimeSeconds: readU32(bytes, at + 8),
  }),
  'map-response': (bytes: Uint8Array, at: number): NatPmpMessage => ({
    kind: 'map-response',
    transport: transports[bytes[at + 1]! - 129]!,
    result: readU16(bytes, at + 2),
    epochSeconds: readU32(bytes, at + 4),
    internalPort: readU16(bytes, at + 8),
    externalPort: readU16(bytes, at + 10),
    lifetimeSeconds: readU32(bytes, at + 12),
  }),
} as const;

export function measureNatPmp({ kind }: NatPmpMessage): number {
  return lengths[kind];
}

export function emitNatPmp(bytes: Uint8Array, at: number, message: NatPmpMessage): number {
  const end = at + measureNatPmp(message);
  bytes.fill(0, at, end);
  switch (message.kind) {
    case 'address-request':
      break;
    case 'address-response':
      emitAnswer(bytes, at, 0, message);
      writeIp(bytes, at + 8, message.address);
      break;
    case 'map-request':
      bytes[at + 1] = transports.indexOf(message.transport) + 1;
      emitPorts(bytes, at + 4, message);
      break;
    case 'map-response':
      emitAnswer(bytes, at, transports.indexOf(message.transport) + 1, message);
      emitPorts(bytes, at + 8, message);
      break;
    case 'refusal':
      emitAnswer(bytes, at, message.opcode, message);
      break;
    default:
      message satisfies never;
  }
  return end;
}

function emitAnswer(
  bytes: Uint8Array,
  at: number,
  opcode: number,
  { result, epochSeconds }: { readonly result: number; readonly epochSeconds: number },
): void {
  bytes[at + 1] = 128 + opcode;
  writeU16(bytes, at + 2, result);
  writeU32(bytes, at + 4, epochSeconds);
}

function emitPorts(
  bytes: Uint8Array,
  at: number,
  message: NatPmpMessage & { readonly kind: 'map-request' | 'map-response' },
): void {
  writeU16(bytes, at, message.internalPort);
  writeU16(bytes, at + 2, message.externalPort);
  writeU32(bytes, at + 4, message.lifetimeSeconds);
}

export function describeNatPmp(message: NatPmpMessage): string {
  switch (message.kind) {
    case 'address-request':
      return 'nat-pmp asks for the external address';
    case 'address-response':
      return `nat-pmp answers ${message.result}: ${formatIp(message.address)}`;
    case 'map-request':
      return `nat-pmp asks for ${message.transport} port ${message.internalPort} as ${message.externalPort}`;
    case 'map-response':
      return `nat-pmp answers ${message.result}: ${message.transport} port ${message.internalPort} as ${message.externalPort} for ${message.lifetimeSeconds} s`;
    case 'refusal':
      return `nat-pmp refuses ${message.opcode}: ${message.result}`;
  }
}
