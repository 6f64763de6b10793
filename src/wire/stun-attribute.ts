/**
 * STUN attributes (RFC 8489 14; CHANGE-REQUEST, RESPONSE-ORIGIN, OTHER-ADDRESS and RESPONSE-PORT: RFC 5780 7).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |             type              |  length, padding not counted  |
 *   +-------------------------------+-------------------------------+
 *   |       value, zeros up to a multiple of 4 bytes behind it      |
 *   +---------------------------------------------------------------+
 *
 *   addresses    |   0   | family (1, 2) |     port      | address, 4 or 16 bytes
 *   error code   |   0       0           | class | number| reason, UTF-8
 */
import {
  type Endpoint,
  formatEndpoint,
  type Ip,
  readIpv4,
  readIpv6,
  writeIp,
} from '../base/address.ts';
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

export const stunAttributeHeaderBytes = 4;

const addressTypes = {
  'mapped-address': 0x0001,
  'xor-mapped-address': 0x0020,
  'response-origin': 0x802b,
  'other-address': 0x802c,
} as const;

type AddressKind = keyof typeof addressTypes;

const stunAttributeType = {
  ...addressTypes,
  'change-request': 0x0003,
  'error-code': 0x0009,
  'unknown-attributes': 0x000a,
  'response-port': 0x0027,
} as const;

type AddressAttribute = {
  [Kind in AddressKind]: { readonly kind: Kind; readonly endpoint: Endpoint };
}[AddressKind];

export type StunAttribute =
  | AddressAttribute
  | { readonly kind: 'change-request'; readonly address: boolean; readonly port: boolean }
  | { readonly kind: 'response-port'; readonly port: number }
  | { readonly kind: 'error-code'; readonly code: number; readonly reason: string }
  | { readonly kind: 'unknown-attributes'; readonly types: readonly number[] }
  /** MESSAGE-INTEGRITY, FINGERPRINT, SOFTWARE and all else: kept as they are. */
  | { readonly kind: 'unknown'; readonly type: number; readonly value: Uint8Array };

const kinds: ReadonlyMap<number, keyof typeof stunAttributeType> = new Map(
  Object.entries(stunAttributeType).map(([kind, type]) => [
    type,
    kind as keyof typeof stunAttributeType,
  ]),
);

const changeAddressBit = 4;
const changePortBit = 2;

/** The value stands in [at, end); `maskAt` is where the cookie and the transaction of its message stand. */
export function parseStunAttribute(
  bytes: Uint8Array,
  type: number,
  at: number,
  end: number,
  maskAt: number,
): StunAttribute | Malformed {
  const kind = kinds.get(type);
  const length = end - at;
  switch (kind) {
    case undefined:
      return { kind: 'unknown', type, value: bytes.slice(at, end) };
    case 'change-request': {
      if (length !== 4) return wrongLength(kind, length);
      const bits = readU32(bytes, at);
      const address = (bits & changeAddressBit) !== 0;
      return { kind, address, port: (bits & changePortBit) !== 0 };
    }
    case 'response-port':
      return length < 2 ? wrongLength(kind, length) : { kind, port: readU16(bytes, at) };
    case 'error-code':
      return parseErrorCode(bytes, at, end);
    case 'unknown-attributes':
      return length % 2 === 0
        ? { kind, types: Array.from({ length: length / 2 }, (_, n) => readU16(bytes, at + 2 * n)) }
        : wrongLength(kind, length);
    default:
      return parseAddress(bytes, kind, at, end, maskAt);
  }
}

function wrongLength(kind: string, length: number): Malformed {
  return malformed(`STUN: ${kind} of ${length} bytes`);
}

/** RFC 8489 14.8: classes 3 to 6, numbers 0 to 99. */
function parseErrorCode(bytes: Uint8Array, at: number, end: number): StunAttribute | Malformed {
  if (end - at < 4) return wrongLength('error-code', end - at);
  const errorClass = bytes[at + 2]! & 7;
  const number = bytes[at + 3]!;
  if (errorClass < 3 || errorClass > 6 || number > 99) {
    return malformed(`STUN: error class ${errorClass}, number ${number}`);
  }
  const reason = new TextDecoder().decode(bytes.subarray(at + 4, end));
  return { kind: 'error-code', code: errorClass * 100 + number, reason };
}

function parseAddress(
  bytes: Uint8Array,
  kind: AddressKind,
  at: number,
  end: number,
  maskAt: number,
): StunAttribute | Malformed {
  const addressBytes = end - at - 4;
  const family = bytes[at + 1]!;
  const fits = (family === 1 && addressBytes === 4) || (family === 2 && addressBytes === 16);
  if (!fits) return malformed(`STUN: ${kind} of family ${family}, ${end - at} bytes`);
  const value = bytes.slice(at, end);
  if (kind === 'xor-mapped-address') mask(value, 0, bytes, maskAt);
  const address: Ip = family === 1 ? readIpv4(value, 4) : readIpv6(value, 4);
  return { kind, endpoint: { address, port: readU16(value, 2) } };
}

/** RFC 8489 14.2: the port under the cookie's upper half, the address under cookie and transaction. */
function mask(value: Uint8Array, at: number, bytes: Uint8Array, maskAt: number): void {
  for (const offset of [2, 3]) value[at + offset]! ^= bytes[maskAt + offset - 2]!;
  const addressBytes = value[at + 1] === 1 ? 4 : 16;
  for (let n = 0; n < addressBytes; n++) value[at + 4 + n]! ^= bytes[maskAt + n]!;
}

export function measureStunAttribute(attribute: StunAttribute): number {
  return stunAttributeHeaderBytes + paddedBytes(measureValue(attribute));
}

/** To the next multiple of 4. */
export function paddedBytes(length: number): number {
  return (length + 3) & ~3;
}

function measureValue(attribute: StunAttribute): number {
  switch (attribute.kind) {
    case 'change-request':
    case 'response-port':
      return 4;
    case 'error-code':
      return 4 + new TextEncoder().encode(attribute.reason).length;
    case 'unknown-attributes':
      return 2 * attribute.types.length;
    case 'unknown':
      return attribute.value.length;
    default:
      return typeof attribute.endpoint.address === 'number' ? 8 : 20;
  }
}

export function emitStunAttribute(
  bytes: Uint8Array,
  at: number,
  attribute: StunAttribute,
  maskAt: number,
): number {
  const end = at + measureStunAttribute(attribute);
  const { kind } = attribute;
  bytes.fill(0, at, end);
  writeU16(bytes, at, kind === 'unknown' ? attribute.type : stunAttributeType[kind]);
  writeU16(bytes, at + 2, measureValue(attribute));
  emitValue(bytes, at + stunAttributeHeaderBytes, attribute, maskAt);
  return end;
}

function emitValue(bytes: Uint8Array, at: number, attribute: StunAttribute, maskAt: number): void {
  switch (attribute.kind) {
    case 'change-request': {
      const address = attribute.address ? changeAddressBit : 0;
      writeU32(bytes, at, address | (attribute.port ? changePortBit : 0));
      break;
    }
    case 'response-port':
      writeU16(bytes, at, attribute.port);
      break;
    case 'error-code':
      bytes[at + 2] = Math.floor(attribute.code / 100);
      bytes[at + 3] = attribute.code % 100;
      bytes.set(new TextEncoder().encode(attribute.reason), at + 4);
      break;
    case 'unknown-attributes':
      for (const [n, type] of attribute.types.entries()) writeU16(bytes, at + 2 * n, type);
      break;
    case 'unknown':
      bytes.set(attribute.value, at);
      break;
    default: {
      const { address, port } = attribute.endpoint;
      bytes[at + 1] = typeof address === 'number' ? 1 : 2;
      writeU16(bytes, at + 2, port);
      writeIp(bytes, at + 4, address);
      if (attribute.kind === 'xor-mapped-address') mask(bytes, at, bytes, maskAt);
    }
  }
}

export function describeStunAttribute(attribute: StunAttribute): string {
  switch (attribute.kind) {
    case 'change-request': {
      const { address, port } = attribute;
      return `change-request ${address ? 'address' : ''}${address && port ? '+' : ''}${port ? 'port' : ''}`.trim();
    }
    case 'response-port':
      return `response-port ${attribute.port}`;
    case 'error-code':
      return `error ${attribute.code} ${attribute.reason}`.trim();
    case 'unknown-attributes':
      return `unknown-attributes ${attribute.types.map(hexOfType).join(' ')}`.trim();
    case 'unknown':
      return `attribute ${hexOfType(attribute.type)}, ${attribute.value.length} bytes`;
    default:
      return `${attribute.kind} ${formatEndpoint(attribute.endpoint)}`;
  }
}

function hexOfType(type: number): string {
  return `0x${type.toString(16).padStart(4, '0')}`;
}
