/** Who a device is: its key pair, the number that relays know it by, and the token that relays ask for. */
import { readU48 } from '../base/bytes.ts';
import { blake2s } from '../crypto/symmetric-state.ts';
import { type KeyPair, keyPairOf } from '../crypto/x25519.ts';

/** What a relay asks for: a number that names it, and a secret that only the relay and its holders know. */
export interface Token {
  readonly id: number;
  readonly secret: Uint8Array;
}

/** The number of a device at its relays, from its public key. */
export function clientOf(publicKey: Uint8Array): number {
  return readU48(blake2s(label('ropewalk client'), publicKey), 0);
}

export function tokenOf(secretText: string): Token {
  const secret = blake2s(label('ropewalk token'), label(secretText));
  return { id: readU48(blake2s(label('ropewalk token id'), secret), 0), secret };
}

/** Of the relays of labs, for `identityOf`. */
export const labRelayName = 'relay';

/** For labs: whoever knows the text has the key. */
export function identityOf(secretText: string): KeyPair {
  return keyPairOf(blake2s(label('ropewalk identity'), label(secretText)));
}

function label(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}
