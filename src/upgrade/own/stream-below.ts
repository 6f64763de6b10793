/**
 * A stream of our own stack under an upgradable connection. What the stream says is told a tick later: nobody
 * decides to stop inside a call of the stack, which would know of bytes that are told already.
 */
import process from 'node:process';
import type { Stream, StreamEnd, StreamEvents } from '../../host/stream.ts';
import type { BelowEvents, ConnectionBelow, Left } from '../kernel/connection-below.ts';

interface Writing {
  readonly piece: Uint8Array;
  at: number;
  readonly done: () => void;
}

export class StreamBelow implements ConnectionBelow, StreamEvents {
  readonly #stream: Stream;
  #events: BelowEvents | undefined;
  #isPaused = true;
  /** It came, and was not told. */
  #late: Uint8Array[] = [];
  #isEnded = false;
  #closedAs: StreamEnd | undefined;
  #writing: Writing | undefined;
  #ending: (() => void) | undefined;
  #isTellingSoon = false;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  start(events: BelowEvents): void {
    this.#events = events;
  }

  pause(): void {
    this.#isPaused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#stream.resume();
    this.#tellSoon();
  }

  write(piece: Uint8Array, done: () => void): void {
    this.#writing = { piece, at: 0, done };
    this.#writeOn();
  }

  end(done: () => void): void {
    this.#ending = done;
    this.#writeOn();
  }

  destroy(isFailed: boolean): void {
    this.#events = undefined;
    if (this.#closedAs !== undefined) return;
    if (isFailed) this.#stream.abort();
    else this.#stream.end();
    // What still comes goes nowhere.
    this.#stream.resume();
  }

  leave(): Left {
    this.#events = undefined;
    const writing = this.#writing;
    const pendingBytes = writing === undefined ? 0 : writing.piece.length - writing.at;
    return { unread: this.#late.splice(0), pendingBytes, close: () => {} };
  }

  connected(): void {
    this.#writeOn();
  }

  received(bytes: Uint8Array): void {
    if (this.#events === undefined) return;
    this.#late.push(bytes.slice());
    this.#tellSoon();
  }

  drained(): void {
    this.#writeOn();
  }

  ended(): void {
    this.#isEnded = true;
    this.#tellSoon();
  }

  closed(reason: StreamEnd): void {
    this.#closedAs = reason;
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#isTellingSoon) return;
    this.#isTellingSoon = true;
    process.nextTick(() => {
      this.#isTellingSoon = false;
      this.#tell();
    });
  }

  #tell(): void {
    while (!this.#isPaused && this.#late.length > 0) this.#events?.data(this.#late.shift()!);
    const isBroken = this.#closedAs !== undefined && this.#closedAs !== 'finished';
    if (this.#isPaused && !isBroken) return;
    if (this.#isEnded && !isBroken) this.#events?.ended();
    this.#isEnded = false;
    if (isBroken) this.#events?.failed(new Error(`the far end is gone: ${this.#closedAs}`));
    if (this.#closedAs !== undefined) this.#events?.closed();
  }

  #writeOn(): void {
    const writing = this.#writing;
    if (writing !== undefined) {
      writing.at += this.#stream.write(writing.piece.subarray(writing.at));
      if (writing.at < writing.piece.length) return;
      this.#writing = undefined;
      process.nextTick(writing.done);
    }
    const ending = this.#ending;
    if (ending === undefined) return;
    this.#ending = undefined;
    this.#stream.end();
    process.nextTick(ending);
  }
}
