/** A capture's bytes on their way to a file, in large pieces: the loop must not wait for the disk often. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { CaptureSink } from '../lab.ts';

const pieceBytes = 262_144;

export class CaptureFile implements CaptureSink, Disposable {
  readonly #fd: number;
  readonly #piece = new Uint8Array(pieceBytes);
  readonly #onFailure: (reason: string) => void;
  #filled = 0;
  #hasFailed = false;

  /** A disk that is full ends the capture, not the run; who asked is told. */
  constructor(path: string, onFailure: (reason: string) => void) {
    this.#fd = openSync(path, 'w');
    this.#onFailure = onFailure;
  }

  get hasUnwritten(): boolean {
    return this.#filled > 0;
  }

  write(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > pieceBytes) this.flush();
    if (bytes.length > pieceBytes) {
      this.#writeAll(bytes);
      return;
    }
    this.#piece.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  flush(): void {
    if (this.#filled > 0) this.#writeAll(this.#piece.subarray(0, this.#filled));
    this.#filled = 0;
  }

  [Symbol.dispose](): void {
    this.flush();
    closeSync(this.#fd);
  }

  #writeAll(bytes: Uint8Array): void {
    if (this.#hasFailed) return;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.#hasFailed = true;
      this.#onFailure(error instanceof Error ? error.message : String(error));
    }
  }
}
