/**
 * What a client and its relay come to by their key pairs, and nobody else: with it the client proves that
 * the place it asks for is its own, and the relay that an answer is. Who holds the token alone can do neither.
 */

import { hmac } from '../crypto/symmetric-state.ts';
import { agree, type KeyPair } from '../crypto/x25519.ts';

const use = new TextEncoder().encode('ropewalk place');

/** Undefined: the other's key is none. */
export function placeKeyOf(own: KeyPair, publicKey: Uint8Array): Uint8Array | undefined {
  const secret = agree(own, publicKey);
  return secret && hmac(secret, use);
}
