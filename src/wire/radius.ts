/**
 * A RADIUS packet (RFC 2865 3, RFC 2866 3, RFC 5176 2): the frame and its attributes, in their order.
 *
 *   0        1        2                 4                                   20
 *   +--------+--------+-----------------+-----------------------------------+- - -
 *   |  code  |   id   |     length      |  authenticator (16 bytes)         | attributes
 *   +--------+--------+-----------------+-----------------------------------+- - -
 *   |  type  | length | value (length - 2 bytes)          an attribute
 *   |   26   | length | vendor (4 bytes) | type | length | value            of a vendor (RFC 2865 5.26)
 *   +--------+--------+-----------------+-----------------------------------+- - -
 *
 * Whether an authenticator is right says `radius-signature.ts`, which needs the secret.
 */
import { readU16, writeU16 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

/** IANA RADIUS Packet Type Codes. */
export const radiusCodes = {
  'access-request': 1,
  'access-accept': 2,
  'access-reject': 3,
  'accounting-request': 4,
  'accounting-response': 5,
  'access-challenge': 11,
  'disconnect-request': 40,
  'disconnect-ack': 41,
  'disconnect-nak': 42,
  'coa-request': 43,
  'coa-ack': 44,
  'coa-nak': 45,
} as const;
export type RadiusCode = keyof typeof radiusCodes;

const names: readonly RadiusCode[] = Object.keys(radiusCodes) as RadiusCode[];

export const radiusOffset = { code: 0, identifier: 1, length: 2, authenticator: 4 } as const;
export const radiusHeaderBytes = 20;
const mostBytes = 4_096;

export interface RadiusAttribute {
  readonly type: number;
  /** Up to 253 bytes. */
  readonly value: Uint8Array;
}

export interface RadiusPacket {
  readonly code: RadiusCode;
  readonly identifier: number;
  /** 16 bytes. */
  readonly authenticator: Uint8Array;
  readonly attributes: readonly RadiusAttribute[];
}

/** What stands behind the packet's own length is padding (RFC 2865 3). */
export function parseRadius(bytes: Uint8Array, at: number, end: number): RadiusPacket | Malformed {
  if (end - at < radiusHeaderBytes) return malformed(`RADIUS: ${end - at} of 20 bytes`);
  const code = names.find((name) => radiusCodes[name] === bytes[at]);
  if (code === undefined) return malformed(`RADIUS: code ${bytes[at]}`);
  const length = readU16(bytes, at + radiusOffset.length);
  if (length < radiusHeaderBytes || length > mostBytes || length > end - at) {
    return malformed(`RADIUS: length ${length}, ${end - at} bytes there`);
  }
  const attributes = parseAttributes(bytes, at + radiusHeaderBytes, at + length);
  if (attributes === undefined) return malformed('RADIUS: an attribute does not fit');
  const identifier = bytes[at + radiusOffset.identifier]!;
  const authenticator = bytes.slice(at + radiusOffset.authenticator, at + radiusHeaderBytes);
  return { code, identifier, authenticator, attributes };
}

function parseAttributes(
  bytes: Uint8Array,
  at: number,
  end: number,
): RadiusAttribute[] | undefined {
  const attributes: RadiusAttribute[] = [];
  while (at < end) {
    const length = end - at < 2 ? 0 : bytes[at + 1]!;
    if (length < 2 || at + length > end) return undefined;
    attributes.push({ type: bytes[at]!, value: bytes.slice(at + 2, at + length) });
    at += length;
  }
  return attributes;
}

export function measureRadius({ attributes }: RadiusPacket): number {
  return attributes.reduce((sum, { value }) => sum + 2 + value.length, radiusHeaderBytes);
}

export function emitRadius(bytes: Uint8Array, at: number, packet: RadiusPacket): number {
  bytes[at] = radiusCodes[packet.code];
  bytes[at + radiusOffset.identifier] = packet.identifier;
  writeU16(bytes, at + radiusOffset.length, measureRadius(packet));
  bytes.set(packet.authenticator, at + radiusOffset.authenticator);
  let next = at + radiusHeaderBytes;
  for (const { type, value } of packet.attributes) {
    bytes[next] = type;
    bytes[next + 1] = value.length + 2;
    bytes.set(value, next + 2);
    next += value.length + 2;
  }
  return next;
}

export function describeRadius({ code, identifier, attributes }: RadiusPacket): string {
  return `radius ${code} ${identifier}, attributes ${attributes.map(({ type }) => type).join(' ') || 'none'}`;
}
