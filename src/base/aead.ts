/**
 * Sealing with a counter for a nonce (ChaCha20-Poly1305 as Noise 12.3 has it), as a machine asks for it.
 * Whoever runs the machine may hand in a faster one than the default.
 */
export interface Aead {
  /** Writes ciphertext and tag, `plain.length + 16` bytes, at `at`; returns where they end. `plain` may lie there already. */
  sealInto(
    out: Uint8Array,
    at: number,
    key: Uint8Array,
    counter: number,
    additional: Uint8Array,
    plain: Uint8Array,
  ): number;
  /** Undefined: not sealed with that key, counter and additional data. */
  open(
    key: Uint8Array,
    counter: number,
    additional: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined;
}
