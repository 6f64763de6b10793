/** What came from the socket and was not given to the stream yet: it changes the process with the connection. */
export class Inbox {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** Nothing comes after these. */
  isLast = false;

  get bytes(): number {
    return this.#bytes;
  }

  put(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** Before all that came since. */
  putBack(piece: Uint8Array): void {
    this.#pieces.unshift(piece);
    this.#bytes += piece.length;
  }

  take(): Uint8Array | undefined {
    const piece = this.#pieces.shift();
    this.#bytes -= piece?.length ?? 0;
    return piece;
  }

  takeAll(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    return pieces;
  }
}
