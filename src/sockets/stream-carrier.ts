/**
 * Carries a Duplex of Node's over a stream of the host contract: what is written to it goes to the stream,
 * what the stream receives is pushed into it. Who has the Duplex says what its events mean to its user.
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import type { Stream, StreamEnd, StreamEvents } from '../host/stream.ts';

export interface CarrierEvents {
  connected(): void;
  /** Bytes moved, one way or the other: idle timers start anew. */
  active(): void;
  closed(reason: StreamEnd): void;
}

type Done = (error?: Error | null) => void;

interface Waiting {
  readonly bytes: Uint8Array;
  at: number;
  readonly done: Done;
}

export class StreamCarrier implements StreamEvents {
  bytesRead = 0;
  bytesWritten = 0;
  readonly #duplex: Duplex;
  readonly #events: CarrierEvents;
  #stream: Stream | undefined;
  #isConnected = false;
  #waiting: Waiting | undefined;
  #ending: Done | undefined;
  /** What came after something else in the same turn: what follows from that goes first. */
  #late: Uint8Array[] = [];
  #isEndLate = false;
  #hasPushed = false;
  /** Nothing follows from this side: the end was said, or it was aborted. */
  #isOver = false;

  constructor(duplex: Duplex, events: CarrierEvents) {
    this.#duplex = duplex;
    this.#events = events;
  }

  /** The stream that it is carried over; of one that was accepted `connected` is told as well. */
  attach(stream: Stream): void {
    this.#stream = stream;
  }

  connected(): void {
    this.#isConnected = true;
    this.#events.connected();
    this.#goOn();
  }

  received(bytes: Uint8Array): void {
    this.bytesRead += bytes.length;
    this.#events.active();
    const copy = Buffer.from(bytes);
    if (this.#hasPushed) this.#late.push(copy);
    else this.#push(copy);
  }

  drained(): void {
    this.#goOn();
  }

  ended(): void {
    if (this.#hasPushed) this.#isEndLate = true;
    else this.#duplex.push(null);
  }

  closed(reason: StreamEnd): void {
    this.#isOver = true;
    this.#events.closed(reason);
  }

  /** Of the Duplex: it takes more. */
  read(): void {
    this.#stream?.resume();
  }

  /** Of the Duplex: one write at a time, done when all of it was taken. */
  write(bytes: Uint8Array, done: Done): void {
    this.#waiting = { bytes, at: 0, done };
    this.#goOn();
  }

  /** Of the Duplex: nothing more will be written. */
  final(done: Done): void {
    this.#ending = done;
    this.#goOn();
  }

  /** Of the Duplex, which is gone: what was written still goes, unless there was an error. */
  destroy(isFailed: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (isFailed) this.#stream?.abort();
    else this.#stream?.end();
    this.#stream?.resume();
  }

  /** Node's own sockets say one thing a turn, and let ticks and promises run before the next. */
  #push(bytes: Buffer): void {
    this.#hasPushed = true;
    if (!this.#duplex.push(bytes)) this.#stream?.pause();
    process.nextTick(() => this.#pushLate());
  }

  #pushLate(): void {
    this.#hasPushed = false;
    if (this.#late.length > 0) this.#push(Buffer.concat(this.#late.splice(0)));
    else if (this.#isEndLate) this.#duplex.push(null);
  }

  #goOn(): void {
    if (!this.#isConnected || this.#stream === undefined) return;
    this.#writeOn(this.#stream);
    const ending = this.#ending;
    if (this.#waiting !== undefined || ending === undefined) return;
    this.#ending = undefined;
    if (!this.#isOver) this.#stream.end();
    ending();
  }

  #writeOn(stream: Stream): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const { bytes } = waiting;
    const taken = stream.write(waiting.at === 0 ? bytes : bytes.subarray(waiting.at));
    waiting.at += taken;
    this.bytesWritten += taken;
    if (taken > 0) this.#events.active();
    if (waiting.at < bytes.length) return;
    this.#waiting = undefined;
    waiting.done();
  }
}
