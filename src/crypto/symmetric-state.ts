/** Noise 5.2: the chaining key and the hash of all that was said, with BLAKE2s. */
import { createHash, createHmac } from 'node:crypto';
import { open, seal } from './aead.ts';

const hashName = 'blake2s256';

export interface SymmetricState {
  chainingKey: Uint8Array;
  hash: Uint8Array;
  /** Undefined: nothing was agreed on yet. */
  key: Uint8Array | undefined;
  counter: number;
}

/** `protocol` is longer than a hash (32 bytes), so its hash stands for it. */
export function beginSymmetric(protocol: string, prologue: Uint8Array): SymmetricState {
  const hash = blake2s(new TextEncoder().encode(protocol));
  const state: SymmetricState = { chainingKey: hash, hash, key: undefined, counter: 0 };
  mixHash(state, prologue);
  return state;
}

export function mixHash(state: SymmetricState, data: Uint8Array): void {
  state.hash = blake2s(state.hash, data);
}

export function mixKey(state: SymmetricState, material: Uint8Array): void {
  [state.chainingKey, state.key] = deriveTwo(state.chainingKey, material);
  state.counter = 0;
}

export function encryptAndHash(state: SymmetricState, plain: Uint8Array): Uint8Array {
  const sealed =
    state.key === undefined ? plain : seal(state.key, state.counter++, state.hash, plain);
  mixHash(state, sealed);
  return sealed;
}

/** Undefined: it was not sealed by who knows the key; the state is worth nothing then. */
export function decryptAndHash(state: SymmetricState, sealed: Uint8Array): Uint8Array | undefined {
  const plain =
    state.key === undefined ? sealed : open(state.key, state.counter++, state.hash, sealed);
  mixHash(state, sealed);
  return plain;
}

/** Noise 5.2 Split(): the initiator sends with the first key and the responder with the second. */
export function split(state: SymmetricState): [Uint8Array, Uint8Array] {
  return deriveTwo(state.chainingKey, new Uint8Array(0));
}

/** A further key of the present moment, for a use of its own (RFC 5869 with the use as its material). */
export function deriveKey(state: SymmetricState, use: string): Uint8Array {
  return deriveTwo(state.chainingKey, new TextEncoder().encode(use))[1];
}

/** Noise 4.3 HKDF() with two outputs. */
function deriveTwo(chainingKey: Uint8Array, material: Uint8Array): [Uint8Array, Uint8Array] {
  const temporary = hmac(chainingKey, material);
  const first = hmac(temporary, Uint8Array.of(1));
  return [first, hmac(temporary, first, Uint8Array.of(2))];
}

export function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac(hashName, key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}

export function blake2s(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(hashName);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
