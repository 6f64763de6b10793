/** A capture's bytes on their way to a file, in large pieces: the loop must not wait for the disk often. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { CaptureSink } from '../lab.ts';

const pieceBytes = 262_144;

export class CaptureFile implements CaptureSink, Disposable {
  readonly #fd: number;
  readonly #piece = new Uint8Array(pieceBytes);
  #filled = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
  }

  get hasUnwritten(): boolean {
    return this.#filled > 0;
  }

  write(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > pieceBytes) this.flush();
    if (bytes.length > pieceBytes) {
      writeAll(this.#fd, bytes);
      return;
    }
    this.#piece.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  flush(): void {
    if (this.#filled > 0) writeAll(this.#fd, this.#piece.subarray(0, this.#filled));
    this.#filled = 0;
  }

  [Symbol.dispose](): void {
    this.flush();
    closeSync(this.#fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
