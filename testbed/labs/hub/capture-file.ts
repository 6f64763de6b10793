/**
 * A capture's bytes on their way to a file, in large pieces that a thread of the kernel writes: a disk that
 * keeps its writer waiting does not keep the loop waiting, until so much waits that there is no piece left.
 */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { IoRing } from '../../../src/linux/io-ring.ts';
import { addressOf } from '../../../src/linux/layout.ts';
import type { CaptureSink } from '../lab.ts';
import { preferWriters } from './thread-priority.ts';

export const pieceBytes = 262_144;
/** 64 MiB: a fifth of a second at 1.3 Gbit/s, each frame at both of its ends. */
const usualPieces = 256;

/** A writer that is idle for some seconds ends, and another begins. */
const piecesALook = 64;

interface Piece {
  readonly bytes: Uint8Array;
  readonly address: number;
  filled: number;
  offset: number;
}

export class CaptureFile implements CaptureSink, Disposable {
  readonly #fd: number;
  readonly #onFailure: (reason: string) => void;
  /** Undefined: what is no file keeps no order of its own, and an old kernel has no such thread. */
  readonly #ring: IoRing | undefined;
  /** A power of two. */
  readonly #mostPieces: number;
  readonly #pieces: Piece[] = [];
  readonly #free: number[] = [];
  #current: number;
  #offset = 0;
  #leaving = 0;
  #handedOver = 0;
  #hasFailed = false;

  /** A disk that is full ends the capture, not the run; who asked is told. */
  constructor(path: string, onFailure: (reason: string) => void, mostPieces = usualPieces) {
    this.#fd = openSync(path, 'w');
    this.#onFailure = onFailure;
    this.#mostPieces = mostPieces;
    const options = { requests: mostPieces, completions: mostPieces, buffers: 1 };
    this.#ring = fstatSync(this.#fd).isFile() ? IoRing.open(options) : undefined;
    this.#current = this.#makePiece();
  }

  get hasUnwritten(): boolean {
    return this.#leaving > 0 || this.#pieces[this.#current]!.filled > 0;
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const piece = this.#pieces[this.#current]!;
      const part = bytes.subarray(from, from + pieceBytes - piece.filled);
      piece.bytes.set(part, piece.filled);
      piece.filled += part.length;
      from += part.length;
      if (piece.filled === pieceBytes) this.#handOver();
    }
  }

  /** What there is may leave, unless a piece before it has not left yet: then it becomes a larger one. */
  flush(): void {
    this.#collect();
    if (this.#leaving === 0 && this.#pieces[this.#current]!.filled > 0) this.#handOver();
  }

  /** All of it is in the file, however long that takes. */
  drain(): void {
    if (this.#pieces[this.#current]!.filled > 0) this.#handOver();
    while (this.#leaving > 0) this.#await();
  }

  [Symbol.dispose](): void {
    this.drain();
    this.#ring?.[Symbol.dispose]();
    closeSync(this.#fd);
  }

  #makePiece(): number {
    const bytes = new Uint8Array(pieceBytes);
    return this.#pieces.push({ bytes, address: addressOf(bytes), filled: 0, offset: 0 }) - 1;
  }

  #handOver(): void {
    const piece = this.#pieces[this.#current]!;
    piece.offset = this.#offset;
    this.#offset += piece.filled;
    if (this.#ring === undefined || this.#hasFailed) {
      this.#writeHere(piece, 0);
      return;
    }
    this.#ring.writeAside(this.#fd, piece.address, piece.filled, piece.offset, this.#current);
    this.#ring.enter(0);
    this.#leaving += 1;
    if (this.#handedOver++ % piecesALook === 0) preferWriters();
    this.#collect();
    this.#current = this.#nextPiece();
  }

  #nextPiece(): number {
    if (this.#free.length === 0 && this.#pieces.length < this.#mostPieces) return this.#makePiece();
    while (this.#free.length === 0) this.#await();
    return this.#free.pop()!;
  }

  #await(): void {
    this.#ring!.enter(Number.POSITIVE_INFINITY, 1);
    this.#take();
  }

  #collect(): void {
    if (this.#leaving === 0) return;
    this.#ring!.enter(0);
    this.#take();
  }

  #take(): void {
    const ring = this.#ring!;
    for (let left = ring.completed; left > 0; left--) {
      const { data, result } = ring;
      ring.shift();
      this.#leaving -= 1;
      const piece = this.#pieces[data]!;
      if (result < piece.filled) this.#writeHere(piece, Math.max(0, result));
      piece.filled = 0;
      this.#free.push(data);
    }
  }

  /** What the kernel's thread left over fails here in words, or does not. */
  #writeHere(piece: Piece, from: number): void {
    const { bytes, filled, offset } = piece;
    piece.filled = 0;
    if (this.#hasFailed) return;
    const place = (at: number) => (this.#ring === undefined ? null : offset + at);
    try {
      for (let at = from; at < filled; ) {
        at += writeSync(this.#fd, bytes, at, filled - at, place(at));
      }
    } catch (error) {
      this.#hasFailed = true;
      this.#onFailure(error instanceof Error ? error.message : String(error));
    }
  }
}
