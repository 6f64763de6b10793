/**
 * ChaCha20-Poly1305 of the OpenSSL that Node itself carries (EVP_EncryptInit(3)), called without Node's
 * cipher objects: they cost three times what the sealing of a full packet does.
 */
import type { Aead } from '../base/aead.ts';
import { int32Bytes, write32 } from './layout.ts';
import { bindCall, type NativeFunction } from './system-call.ts';

const tagBytes = 16;
/** EVP_CTRL_AEAD_GET_TAG and EVP_CTRL_AEAD_SET_TAG of openssl/evp.h. */
const control = { getTag: 0x10, setTag: 0x11 } as const;
/** Pieces of what was opened are cut from here, so that not each is an allocation of its own. */
const slabBytes = 65_536;

interface Library {
  readonly newContext: NativeFunction;
  readonly chacha20Poly1305: NativeFunction;
  readonly init: NativeFunction;
  readonly update: NativeFunction;
  readonly final: NativeFunction;
  readonly control: NativeFunction;
}

/** Undefined where this Node does not let its OpenSSL be called. */
export function openOpenSslAead(): Aead | undefined {
  try {
    return new OpenSslAead(bindLibrary());
  } catch {
    return undefined;
  }
}

function bindLibrary(): Library {
  return {
    newContext: bindCall('EVP_CIPHER_CTX_new', 'long', []),
    chacha20Poly1305: bindCall('EVP_chacha20_poly1305', 'long', []),
    init: bindCall('EVP_CipherInit_ex', 'int', ['long', 'long', 'long', 'bytes', 'bytes', 'int']),
    update: bindCall('EVP_CipherUpdate', 'int', ['long', 'bytes', 'bytes', 'bytes', 'int']),
    final: bindCall('EVP_CipherFinal_ex', 'int', ['long', 'bytes', 'bytes']),
    control: bindCall('EVP_CIPHER_CTX_ctrl', 'int', ['long', 'int', 'int', 'bytes']),
  };
}

class OpenSslAead implements Aead {
  readonly #library: Library;
  readonly #contexts: { readonly seal: number; readonly open: number };
  readonly #nonce = new Uint8Array(12);
  readonly #length = int32Bytes(0);
  readonly #none = new Uint8Array(tagBytes);
  #slab = new Uint8Array(0);
  #slabAt = 0;

  constructor(library: Library) {
    this.#library = library;
    const cipher = library.chacha20Poly1305();
    const [seal, open] = [1, 0].map((direction) => {
      const context = library.newContext();
      if (library.init(context, cipher, 0, null, null, direction) !== 1)
        throw new Error('no cipher');
      return context;
    });
    this.#contexts = { seal: seal!, open: open! };
  }

  readonly sealInto: Aead['sealInto'] = (out, at, key, counter, additional, plain) => {
    const context = this.#contexts.seal;
    this.#begin(context, key, counter, additional);
    const target = out.subarray(at, at + plain.length + tagBytes);
    this.#update(context, target, plain);
    const { final, control: ask } = this.#library;
    final(context, this.#none, this.#length);
    ask(context, control.getTag, tagBytes, target.subarray(plain.length));
    return at + target.length;
  };

  readonly open: Aead['open'] = (key, counter, additional, sealed) => {
    const length = sealed.length - tagBytes;
    if (length < 0) return undefined;
    const context = this.#contexts.open;
    this.#begin(context, key, counter, additional);
    const plain = this.#cut(length);
    this.#update(context, plain, sealed.subarray(0, length));
    this.#library.control(context, control.setTag, tagBytes, sealed.subarray(length));
    if (this.#library.final(context, this.#none, this.#length) === 1) return plain;
    plain.fill(0);
    return undefined;
  };

  #begin(context: number, key: Uint8Array, counter: number, additional: Uint8Array): void {
    write32(this.#nonce, 4, counter >>> 0);
    write32(this.#nonce, 8, Math.floor(counter / 4_294_967_296));
    // -1: the direction stays as it is.
    this.#library.init(context, 0, 0, key, this.#nonce, -1);
    if (additional.length === 0) return;
    this.#library.update(context, null, this.#length, additional, additional.length);
  }

  #update(context: number, out: Uint8Array, input: Uint8Array): void {
    if (input.length === 0) return;
    this.#library.update(context, out, this.#length, input, input.length);
  }

  #cut(length: number): Uint8Array {
    if (this.#slabAt + length > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(slabBytes, length));
      this.#slabAt = 0;
    }
    const from = this.#slabAt;
    this.#slabAt += length;
    return this.#slab.subarray(from, from + length);
  }
}
