/** Messages of a flow out of a stream, in which each says how long it is. */
import { readU16 } from '../base/bytes.ts';
import { type FlowDatagram, flowHeaderBytes, flowSizeAt, parseFlow } from '../wire/flow.ts';
import { isMalformed } from '../wire/malformed.ts';

/** The longest message, and the beginning of the next. */
const roomBytes = 131_072;

export class FlowFramer {
  readonly #room = new Uint8Array(roomBytes);
  #length = 0;

  /** False: what came is no message of ours, and where the next begins is not known. */
  push(bytes: Uint8Array, onMessage: (message: FlowDatagram) => void): boolean {
    let at = 0;
    while (at < bytes.length) {
      const count = Math.min(bytes.length - at, this.#missing());
      this.#room.set(bytes.subarray(at, at + count), this.#length);
      this.#length += count;
      at += count;
      if (!this.#take(onMessage)) return false;
    }
    return true;
  }

  clear(): void {
    this.#length = 0;
  }

  /** So many bytes until more is known: the header's, or the message's. */
  #missing(): number {
    const wanted = this.#length < flowHeaderBytes ? flowHeaderBytes : this.#size();
    return wanted - this.#length;
  }

  #size(): number {
    return Math.max(flowHeaderBytes, readU16(this.#room, flowSizeAt));
  }

  #take(onMessage: (message: FlowDatagram) => void): boolean {
    if (this.#length < flowHeaderBytes || this.#length < this.#size()) return true;
    const message = parseFlow(this.#room, 0, this.#length);
    this.#length = 0;
    if (isMalformed(message)) return false;
    onMessage(message);
    return true;
  }
}
