/** ChaCha20-Poly1305 (RFC 8439) with the nonce of Noise: a 64-bit counter, little-endian (Noise 12.3). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Aead } from '../base/aead.ts';

export const tagBytes = 16;

const algorithm = 'chacha20-poly1305';
const tagOptions = { authTagLength: tagBytes } as const;

const sealInto: Aead['sealInto'] = (out, at, key, counter, additional, plain) => {
  const cipher = createCipheriv(algorithm, key, nonceOf(counter), tagOptions);
  cipher.setAAD(additional, { plaintextLength: plain.length });
  out.set(cipher.update(plain), at);
  cipher.final();
  out.set(cipher.getAuthTag(), at + plain.length);
  return at + plain.length + tagBytes;
};

export function seal(
  key: Uint8Array,
  counter: number,
  additional: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  const out = new Uint8Array(plain.length + tagBytes);
  sealInto(out, 0, key, counter, additional, plain);
  return out;
}

export const open: Aead['open'] = (key, counter, additional, sealed) => {
  const length = sealed.length - tagBytes;
  if (length < 0) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonceOf(counter), tagOptions);
  decipher.setAAD(additional, { plaintextLength: length });
  decipher.setAuthTag(sealed.subarray(length));
  const plain = decipher.update(sealed.subarray(0, length));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plain;
};

function nonceOf(counter: number): Uint8Array {
  const nonce = new Uint8Array(12);
  const low = counter >>> 0;
  const high = Math.floor(counter / 4_294_967_296);
  for (let at = 0; at < 4; at++) {
    nonce[4 + at] = low >>> (8 * at);
    nonce[8 + at] = high >>> (8 * at);
  }
  return nonce;
}

/** With the objects of node:crypto, which are everywhere. */
export const nodeAead: Aead = { sealInto, open };
