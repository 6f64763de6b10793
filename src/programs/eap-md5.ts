/** EAPOL frames, and the one method of EAP that needs no certificate (RFC 3748 5.4). */
import { createHash } from 'node:crypto';
import type { Mac } from '../base/mac.ts';
import { type Eapol, eapolEtherType, emitEapol, measureEapol, parseEapol } from '../wire/eapol.ts';
import { emitEthernet, ethernetHeaderBytes, parseEthernet } from '../wire/ethernet.ts';
import { isMalformed } from '../wire/malformed.ts';

export interface EapolFrame {
  readonly destination: Mac;
  readonly source: Mac;
  readonly eapol: Eapol;
}

export function buildEapolFrame(source: Mac, destination: Mac, eapol: Eapol): Uint8Array {
  const frame = new Uint8Array(ethernetHeaderBytes + measureEapol(eapol));
  const at = emitEthernet(frame, 0, { destination, source, type: eapolEtherType });
  emitEapol(frame, at, eapol);
  return frame;
}

export function readEapolFrame(frame: Uint8Array): EapolFrame | undefined {
  const ethernet = parseEthernet(frame, 0, frame.length);
  if (isMalformed(ethernet) || ethernet.type !== eapolEtherType) return undefined;
  const eapol = parseEapol(frame, ethernetHeaderBytes, frame.length);
  return isMalformed(eapol) ? undefined : { ...ethernet, eapol };
}

/** RFC 1994 4.1: what only who knows the password can say. */
export function digestOf(identifier: number, password: string, challenge: Uint8Array): Uint8Array {
  const hash = createHash('md5').update(Uint8Array.of(identifier)).update(password);
  return Uint8Array.from(hash.update(challenge).digest());
}

const md5Bytes = 16;

/** RFC 1994 4.1: a value behind its size; the name after it is nobody's concern. */
export function packMd5(value: Uint8Array): Uint8Array {
  return Uint8Array.of(value.length, ...value);
}

export function unpackMd5(data: Uint8Array): Uint8Array | undefined {
  const isWhole = data[0] === md5Bytes && data.length > md5Bytes;
  return isWhole ? data.subarray(1, 1 + md5Bytes) : undefined;
}
