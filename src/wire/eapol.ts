/**
 * 802.1X on Ethernet (IEEE 802.1X-2010 11.3) and the EAP packet in it (RFC 3748 4).
 *
 *   0         1       2         4        5       6         8       9
 *   +---------+-------+---------+--------+-------+---------+-------+-- - -
 *   | version | type  | length  | code   | id    | length  | type  | data
 *   +---------+-------+---------+--------+-------+---------+-------+-- - -
 *     EAPOL; start and logoff    EAP; success and failure
 *     end here                   end before the type
 */
import { readU16, writeU16 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { type Malformed, malformed } from './malformed.ts';

export const eapolEtherType = 0x888e;
/** IEEE 802.1X-2010 11.1.1: the group of port access entities, which no bridge passes on. */
export const portAccessMac = 0x0180_c200_0003 as Mac;

/** RFC 3748 5. */
export const eapType = { identity: 1, md5Challenge: 4 } as const;

export type Eapol =
  | { readonly kind: 'start' | 'logoff' }
  | { readonly kind: 'success' | 'failure'; readonly identifier: number }
  | EapMessage;

export interface EapMessage {
  readonly kind: 'request' | 'response';
  readonly identifier: number;
  readonly type: number;
  readonly data: Uint8Array;
}

const version = 2;
const eapolHeaderBytes = 4;
const eapHeaderBytes = 4;
const eapolType = { eap: 0, start: 1, logoff: 2 } as const;
const eapCode = { request: 1, response: 2, success: 3, failure: 4 } as const;

/** What stands behind the packet's own length is the padding of a short frame. */
export function parseEapol(bytes: Uint8Array, at: number, end: number): Eapol | Malformed {
  if (end - at < eapolHeaderBytes) return malformed(`EAPOL: ${end - at} of 4 header bytes`);
  const bodyAt = at + eapolHeaderBytes;
  const bodyEnd = bodyAt + readU16(bytes, at + 2);
  if (bodyEnd > end) return malformed(`EAPOL: length ${bodyEnd - bodyAt}, ${end - bodyAt} there`);
  switch (bytes[at + 1]) {
    case eapolType.start:
      return { kind: 'start' };
    case eapolType.logoff:
      return { kind: 'logoff' };
    case eapolType.eap:
      return parseEap(bytes, bodyAt, bodyEnd);
  }
  return malformed(`EAPOL: type ${bytes[at + 1]}`);
}

function parseEap(bytes: Uint8Array, at: number, end: number): Eapol | Malformed {
  const length = end - at < eapHeaderBytes ? 0 : readU16(bytes, at + 2);
  if (length < eapHeaderBytes || at + length > end) return malformed(`EAP: length ${length}`);
  const identifier = bytes[at + 1]!;
  switch (bytes[at]) {
    case eapCode.success:
      return { kind: 'success', identifier };
    case eapCode.failure:
      return { kind: 'failure', identifier };
    case eapCode.request:
      return parseTyped('request', bytes, at, at + length);
    case eapCode.response:
      return parseTyped('response', bytes, at, at + length);
  }
  return malformed(`EAP: code ${bytes[at]}`);
}

function parseTyped(
  kind: EapMessage['kind'],
  bytes: Uint8Array,
  at: number,
  end: number,
): EapMessage | Malformed {
  const typeAt = at + eapHeaderBytes;
  if (typeAt >= end) return malformed(`EAP: a ${kind} without a type`);
  const data = bytes.slice(typeAt + 1, end);
  return { kind, identifier: bytes[at + 1]!, type: bytes[typeAt]!, data };
}

export function measureEapol(eapol: Eapol): number {
  return eapolHeaderBytes + measureEap(eapol);
}

function measureEap(eapol: Eapol): number {
  switch (eapol.kind) {
    case 'start':
    case 'logoff':
      return 0;
    case 'success':
    case 'failure':
      return eapHeaderBytes;
    case 'request':
    case 'response':
      return eapHeaderBytes + 1 + eapol.data.length;
  }
}

export function emitEapol(bytes: Uint8Array, at: number, eapol: Eapol): number {
  const length = measureEap(eapol);
  bytes[at] = version;
  writeU16(bytes, at + 2, length);
  const eapAt = at + eapolHeaderBytes;
  if (!('identifier' in eapol)) {
    bytes[at + 1] = eapolType[eapol.kind];
    return eapAt;
  }
  bytes[at + 1] = eapolType.eap;
  bytes[eapAt] = eapCode[eapol.kind];
  bytes[eapAt + 1] = eapol.identifier;
  writeU16(bytes, eapAt + 2, length);
  if (eapol.kind === 'request' || eapol.kind === 'response') {
    bytes[eapAt + eapHeaderBytes] = eapol.type;
    bytes.set(eapol.data, eapAt + eapHeaderBytes + 1);
  }
  return eapAt + length;
}

export function describeEapol(eapol: Eapol): string {
  switch (eapol.kind) {
    case 'start':
    case 'logoff':
      return `eapol ${eapol.kind}`;
    case 'success':
    case 'failure':
      return `eap ${eapol.kind} ${eapol.identifier}`;
    case 'request':
    case 'response':
      return `eap ${eapol.kind} ${eapol.identifier}, type ${eapol.type}`;
  }
}
