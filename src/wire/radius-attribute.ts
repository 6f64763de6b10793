/** What stands in a RADIUS packet: the attributes that a switch for multicast sends and reads, and our vendor's. */
import { type Ipv4, writeIp } from '../base/address.ts';
import { readU32, writeU32 } from '../base/bytes.ts';
import type { RadiusAttribute, RadiusPacket } from './radius.ts';

/** RFC 2865 5, RFC 2866 5, RFC 2869 5.17, RFC 3579 3, RFC 5176 3. */
export const radiusType = {
  userName: 1,
  chapPassword: 3,
  nasAddress: 4,
  nasPort: 5,
  serviceType: 6,
  sessionTimeout: 27,
  terminationAction: 29,
  calledStation: 30,
  callingStation: 31,
  nasIdentifier: 32,
  accountingStatus: 40,
  accountingDelay: 41,
  accountingSession: 44,
  accountingSeconds: 46,
  terminateCause: 49,
  chapChallenge: 60,
  messageAuthenticator: 80,
  nasPortName: 87,
  errorCause: 101,
} as const;

/** RFC 2865 5.6: the server is asked whether one may, not who one is. */
export const serviceType = { authorizeOnly: 17 } as const;
/** RFC 2866 5.1. */
export const accountingStatus = { start: 1, stop: 2, interim: 3 } as const;
export type AccountingStatus = keyof typeof accountingStatus;
/** RFC 2866 5.10. */
export const terminateCause = {
  'user-request': 1,
  'idle-timeout': 4,
  'admin-reset': 6,
  'nas-error': 9,
  'nas-request': 10,
} as const;
export type TerminateCause = keyof typeof terminateCause;
/** RFC 5176 3.5. */
export const errorCause = { missingAttribute: 402, sessionNotFound: 503 } as const;

const vendorType = 26;
/**
 * No enterprise number was ever given to this project: 65 432 is not assigned, and what it means is
 * what the dictionary of the project says.
 */
export const ropewalkVendor = 65_432;
/** A group as a text, `239.1.1.1` or `ff3e::1`; and the sources, where a subscriber named any. */
export const ropewalkType = { multicastGroup: 1, multicastSource: 2 } as const;

export function textAttribute(type: number, text: string): RadiusAttribute {
  return { type, value: new TextEncoder().encode(text) };
}

export function numberAttribute(type: number, value: number): RadiusAttribute {
  const bytes = new Uint8Array(4);
  writeU32(bytes, 0, value);
  return { type, value: bytes };
}

export function addressAttribute(type: number, address: Ipv4): RadiusAttribute {
  const bytes = new Uint8Array(4);
  writeIp(bytes, 0, address);
  return { type, value: bytes };
}

/** RFC 2865 5.26. */
export function vendorAttribute(type: number, text: string): RadiusAttribute {
  const inner = new TextEncoder().encode(text);
  const value = new Uint8Array(6 + inner.length);
  writeU32(value, 0, ropewalkVendor);
  value[4] = type;
  value[5] = inner.length + 2;
  value.set(inner, 6);
  return { type: vendorType, value };
}

export function textOf(packet: RadiusPacket, type: number): string | undefined {
  const found = packet.attributes.find((attribute) => attribute.type === type);
  return found && new TextDecoder().decode(found.value);
}

/** Undefined also where it has no four bytes. */
export function numberOf(packet: RadiusPacket, type: number): number | undefined {
  const found = packet.attributes.find((attribute) => attribute.type === type);
  return found?.value.length === 4 ? readU32(found.value, 0) : undefined;
}

/** Of our vendor's attributes of this type, also where several stand in one of the RFC's. */
export function vendorTextsOf(packet: RadiusPacket, type: number): string[] {
  return packet.attributes
    .filter((attribute) => attribute.type === vendorType && attribute.value.length >= 6)
    .filter(({ value }) => readU32(value, 0) === ropewalkVendor)
    .flatMap(({ value }) => innerTexts(value, type));
}

function innerTexts(value: Uint8Array, type: number): string[] {
  const texts: string[] = [];
  for (let at = 4; at + 2 <= value.length; ) {
    const length = value[at + 1]!;
    if (length < 2 || at + length > value.length) break;
    if (value[at] === type)
      texts.push(new TextDecoder().decode(value.subarray(at + 2, at + length)));
    at += length;
  }
  return texts;
}
