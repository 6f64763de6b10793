/** Key agreement on Curve25519 (RFC 7748), by node:crypto; keys are 32 bytes. */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { bytesOf } from '../base/bytes.ts';

export const x25519KeyBytes = 32;

export interface KeyPair {
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** What stands before the key in DER (RFC 8410 7, RFC 8410 4). */
const privatePrefixHex = '302e020100300506032b656e04220420';
const publicPrefixHex = '302a300506032b656e032100';

/** `secret`: 32 bytes of chance. */
export function keyPairOf(secret: Uint8Array): KeyPair {
  const der = Buffer.concat([bytesOf(privatePrefixHex), secret]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const exported = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: Uint8Array.from(exported.subarray(-x25519KeyBytes)) };
}

/** Undefined: no secret comes of that public key (RFC 7748 6.1, a point of small order). */
export function agree(pair: KeyPair, publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== x25519KeyBytes) return undefined;
  const der = Buffer.concat([bytesOf(publicPrefixHex), publicKey]);
  try {
    const other = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return diffieHellman({ privateKey: pair.privateKey, publicKey: other });
  } catch {
    return undefined;
  }
}
