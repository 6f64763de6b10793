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
  #bytes = new Uint8Array(0);

  /** Each message that is whole now. Throws where the far end says no JSON: it is none of ours. */
  *read(piece: Uint8Array): Generator<unknown> {
    const joined = new Uint8Array(this.#bytes.length + piece.length);
    joined.set(this.#bytes);
    joined.set(piece, this.#bytes.length);
    let at = 0;
    const view = new DataView(joined.buffer);
    while (at + lengthBytes <= joined.length) {
      const end = at + lengthBytes + view.getUint32(at);
      if (end > joined.length) break;
      yield JSON.parse(new TextDecoder().decode(joined.subarray(at + lengthBytes, end)));
      at = end;
    }
    this.#bytes = joined.slice(at);
  }
}
