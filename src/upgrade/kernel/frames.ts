/** Messages on a stream of bytes: their length, then JSON. */
const lengthBytes = 4;

export function emitFrame(message: unknown): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(message));
  const frame = new Uint8Array(lengthBytes + body.length);
  new DataView(frame.buffer).setUint32(0, body.length);
  frame.set(body, lengthBytes);
  return frame;
}

export class FrameReader {
  /** Of the frame that is not whole yet: joined once, however many pieces it comes in. */
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #wantedBytes = lengthBytes;

  /** Each message that is whole now. Throws where the far end says no JSON. */
  *read(piece: Uint8Array): Generator<unknown> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    while (this.#bytes >= this.#wantedBytes) {
      const joined = Buffer.concat(this.#pieces);
      const wholeBytes = lengthBytes + joined.readUInt32BE();
      if (joined.length < wholeBytes) {
        this.#keep(joined, wholeBytes);
        return;
      }
      this.#keep(joined.subarray(wholeBytes), lengthBytes);
      yield JSON.parse(joined.toString('utf8', lengthBytes, wholeBytes));
    }
  }

  /** Hands on each message that is whole now. False: the far end says no JSON, and is none of ours. */
  hear(piece: Uint8Array, heard: (message: unknown) => void): boolean {
    const messages = this.read(piece);
    for (;;) {
      const next = stepOf(messages);
      if (next === undefined) return false;
      if (next.done === true) return true;
      heard(next.value);
    }
  }

  #keep(rest: Uint8Array, wantedBytes: number): void {
    this.#pieces = [rest];
    this.#bytes = rest.length;
    this.#wantedBytes = wantedBytes;
  }
}

function stepOf(messages: Generator<unknown>): IteratorResult<unknown> | undefined {
  try {
    return messages.next();
  } catch {
    return undefined;
  }
}
