/**
 * STUN messages (RFC 8489 5). One message fills its datagram.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---+---------------------------+-------------------------------+
 *   |0 0| type: method and class    | length of the attributes      |
 *   +---+---------------------------+-------------------------------+
 *   |                     magic cookie 2112a442                     |
 *   +---------------------------------------------------------------+
 *   |                   transaction id (12 bytes)                   |
 *   +---------------------------------------------------------------+
 *   |  attributes (stun-attribute.ts)                        - - -
 *
 *   type   | M11 .. M7 | C1 | M6 M5 M4 | C0 | M3 M2 M1 M0 |
 */
import { hexOf, readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { isMalformed, type Malformed, malformed } from './malformed.ts';
import {
  describeStunAttribute,
  emitStunAttribute,
  measureStunAttribute,
  paddedBytes,
  parseStunAttribute,
  type StunAttribute,
  stunAttributeHeaderBytes,
} from './stun-attribute.ts';

export const stunOffset = {
  type: 0,
  length: 2,
  cookie: 4,
  transaction: 8,
  attributes: 20,
} as const;
const stunCookie = 0x2112_a442;
export const stunTransactionBytes = 12;
export const stunMethod = { binding: 1 } as const;

/** In the order of the two class bits. */
export const stunClasses = ['request', 'indication', 'success', 'error'] as const;
type StunClass = (typeof stunClasses)[number];

export interface StunMessage {
  readonly class: StunClass;
  /** 12 bits. */
  readonly method: number;
  /** 12 bytes. */
  readonly transaction: Uint8Array;
  readonly attributes: readonly StunAttribute[];
}

export function parseStun(bytes: Uint8Array, at: number, end: number): StunMessage | Malformed {
  const reason = whyNotStun(bytes, at, end);
  if (reason !== undefined) return malformed(`STUN: ${reason}`);
  const attributes: StunAttribute[] = [];
  const maskAt = at + stunOffset.cookie;
  for (let next = at + stunOffset.attributes; next < end; ) {
    const valueAt = next + stunAttributeHeaderBytes;
    const valueEnd = valueAt + readU16(bytes, next + 2);
    next = valueAt + paddedBytes(valueEnd - valueAt);
    if (next > end) return malformed(`STUN: an attribute ends ${next - end} bytes too far`);
    const type = readU16(bytes, valueAt - stunAttributeHeaderBytes);
    const attribute = parseStunAttribute(bytes, type, valueAt, valueEnd, maskAt);
    if (isMalformed(attribute)) return attribute;
    attributes.push(attribute);
  }
  const type = readU16(bytes, at + stunOffset.type);
  const transactionAt = at + stunOffset.transaction;
  return {
    class: stunClasses[((type >>> 7) & 2) | ((type >>> 4) & 1)]!,
    method: ((type >>> 2) & 0xf80) | ((type >>> 1) & 0x70) | (type & 0xf),
    transaction: bytes.slice(transactionAt, transactionAt + stunTransactionBytes),
    attributes,
  };
}

/** RFC 8489 6.3: what tells STUN from everything else at the same port. */
function whyNotStun(bytes: Uint8Array, at: number, end: number): string | undefined {
  const length = end - at - stunOffset.attributes;
  if (length < 0) return `${end - at} of 20 header bytes`;
  if (bytes[at]! >>> 6 !== 0) return 'the first two bits are not zero';
  if (readU32(bytes, at + stunOffset.cookie) !== stunCookie) return 'no magic cookie';
  const claimed = readU16(bytes, at + stunOffset.length);
  if (claimed !== length || length % 4 !== 0) return `length ${claimed}, ${length} bytes there`;
  return undefined;
}

/** How many bytes `emitStun` writes. */
export function measureStun(message: StunMessage): number {
  return message.attributes.reduce<number>(
    (sum, attribute) => sum + measureStunAttribute(attribute),
    stunOffset.attributes,
  );
}

export function emitStun(bytes: Uint8Array, at: number, message: StunMessage): number {
  const { method, transaction, attributes } = message;
  const bits = stunClasses.indexOf(message.class);
  const spread = ((method & 0xf80) << 2) | ((method & 0x70) << 1) | (method & 0xf);
  writeU16(bytes, at + stunOffset.type, spread | ((bits & 2) << 7) | ((bits & 1) << 4));
  writeU32(bytes, at + stunOffset.cookie, stunCookie);
  bytes.set(transaction, at + stunOffset.transaction);
  let next = at + stunOffset.attributes;
  for (const attribute of attributes) {
    next = emitStunAttribute(bytes, next, attribute, at + stunOffset.cookie);
  }
  writeU16(bytes, at + stunOffset.length, next - at - stunOffset.attributes);
  return next;
}

/** The first attribute of that kind. */
export function findStunAttribute<Kind extends StunAttribute['kind']>(
  message: StunMessage,
  kind: Kind,
): Extract<StunAttribute, { readonly kind: Kind }> | undefined {
  return message.attributes.find(
    (attribute): attribute is Extract<StunAttribute, { readonly kind: Kind }> =>
      attribute.kind === kind,
  );
}

export function describeStun(message: StunMessage): string {
  const { method, transaction, attributes } = message;
  const name = method === stunMethod.binding ? 'binding' : `method ${method}`;
  const words = [`stun ${name} ${message.class} ${hexOf(transaction)}`];
  return [...words, ...attributes.map(describeStunAttribute)].join(', ');
}
