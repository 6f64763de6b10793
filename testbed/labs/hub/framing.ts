/**
 * Messages on a byte stream: a length in four bytes, then the value as V8 writes it, which keeps what
 * JSON does not: Infinity, undefined, binary content. Both ends are the same Node.
 */
import { deserialize, serialize } from 'node:v8';
import { read32, write32 } from '../../../src/linux/layout.ts';

const lengthBytes = 4;

export function frameMessage(message: unknown): Uint8Array {
  const body = serialize(message);
  const framed = new Uint8Array(lengthBytes + body.length);
  write32(framed, 0, body.length);
  framed.set(body, lengthBytes);
  return framed;
}

/** Puts together what arrives in pieces. */
export class MessageReader<Message> {
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #onMessage: (message: Message) => void;

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  push(bytes: Uint8Array): void {
    this.#bytes = this.#bytes.length === 0 ? bytes.slice() : joined(this.#bytes, bytes);
    let at = 0;
    for (;;) {
      const body = at + lengthBytes;
      if (body > this.#bytes.length) break;
      const end = body + read32(this.#bytes, at);
      if (end > this.#bytes.length) break;
      this.#onMessage(deserialize(this.#bytes.subarray(body, end)) as Message);
      at = end;
    }
    this.#bytes = this.#bytes.subarray(at);
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
