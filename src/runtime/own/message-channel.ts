/** One end of a Unix socket on which messages are said, in a loop. */

import { nsPerMs } from '../../base/time.ts';
import {
  closeDescriptor,
  readDescriptor,
  waitReadable,
  writeDescriptor,
} from '../../linux/descriptor.ts';
import { enlargeSendBuffer } from '../../linux/socket.ts';
import { SystemCallError } from '../../linux/system-call.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { emitMessage, type Message, type ReadMessage, readMessage } from './messages.ts';

const mostMessageBytes = 70_000;
const messagesATurn = 64;
/** So many messages wait for a peer that does not read; then it is given up. */
const mostWaiting = 4_096;
const tryAgainMs = 1;
/** What a peer may be behind by while others have its processor: packets of 64 KiB are lost beyond it. */
const sendBufferBytes = 2 * 1_048_576;

export interface ChannelEvents<Heard extends Message> {
  /** What stands behind the message is valid during the call. */
  heard(read: ReadMessage<Heard>): void;
  /** The peer is gone, or was given up; said once, and not where we closed. */
  ended(): void;
}

export class MessageChannel<Heard extends Message> {
  readonly #loop: KernelLoop;
  readonly #fd: number;
  readonly #events: ChannelEvents<Heard>;
  readonly #watch: { close(): void };
  readonly #room = new Uint8Array(mostMessageBytes);
  readonly #waiting: Uint8Array[] = [];
  /** What came while an answer was waited for. */
  readonly #unheard: Uint8Array[] = [];
  #isClosed = false;

  /** The descriptor is the channel's from now on. */
  constructor(loop: KernelLoop, fd: number, events: ChannelEvents<Heard>) {
    this.#loop = loop;
    this.#fd = fd;
    this.#events = events;
    enlargeSendBuffer(fd, sendBufferBytes);
    this.#watch = loop.watch(fd, () => this.#onReady());
  }

  /** What has a packet behind it is lost where the peer does not read, as in any queue; all else waits. */
  say(message: Message, behind?: Uint8Array): void {
    if (this.#isClosed) return;
    const bytes = emitMessage(message, behind);
    if (this.#waiting.length === 0 && this.#write(bytes)) return;
    if (behind !== undefined || this.#isClosed) return;
    this.#waiting.push(bytes);
    if (this.#waiting.length > mostWaiting) this.#end();
    else if (this.#waiting.length === 1) this.#tryAgainSoon();
  }

  /** Blocks this thread until the answer is there; undefined: the peer is gone. */
  ask<A extends Message>(question: Message, isAnswer: (message: Message) => message is A) {
    this.say(question);
    // Not the room of what is being heard, which this may be called in.
    const room = new Uint8Array(mostMessageBytes);
    while (!this.#isClosed) {
      const isSaid = this.#sayWaiting();
      waitReadable(this.#fd, isSaid ? -1 : tryAgainMs);
      const bytes = this.#read(room);
      if (bytes === undefined) continue;
      const { message } = readMessage<Message>(bytes);
      if (isAnswer(message)) return message;
      if (this.#unheard.push(bytes.slice()) === 1) this.#loop.after(0, () => this.#hearUnheard());
    }
    return undefined;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#watch.close();
    closeDescriptor(this.#fd);
  }

  #onReady(): void {
    this.#hearUnheard();
    for (let count = 0; count < messagesATurn && !this.#isClosed; count++) {
      const bytes = this.#read(this.#room);
      if (bytes === undefined) return;
      this.#events.heard(readMessage<Heard>(bytes));
    }
  }

  #hearUnheard(): void {
    for (const bytes of this.#unheard.splice(0)) {
      if (!this.#isClosed) this.#events.heard(readMessage<Heard>(bytes));
    }
  }

  #read(room: Uint8Array): Uint8Array | undefined {
    try {
      const length = readDescriptor(this.#fd, room);
      if (length !== 0) return length === undefined ? undefined : room.subarray(0, length);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
    }
    this.#end();
    return undefined;
  }

  #write(bytes: Uint8Array): boolean {
    try {
      return writeDescriptor(this.#fd, bytes) !== undefined;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#end();
      return false;
    }
  }

  /** False where some of it has to wait on. */
  #sayWaiting(): boolean {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      if (!this.#write(this.#waiting[0]!)) return false;
      this.#waiting.shift();
    }
    return true;
  }

  #tryAgainSoon(): void {
    this.#loop.after(tryAgainMs * nsPerMs, () => {
      if (!this.#isClosed && !this.#sayWaiting()) this.#tryAgainSoon();
    });
  }

  /** Inside no call of anybody's. */
  #end(): void {
    if (this.#isClosed) return;
    this.close();
    this.#loop.after(0, () => this.#events.ended());
  }
}
