/**
 * Messages on a Unix stream, and descriptors beside them on a second socket: Node reads the first by
 * itself, and what a message announces already waits in the second when it comes.
 */
import type { Socket } from 'node:net';
import { closeDescriptor } from '../../linux/descriptor.ts';
import {
  mostDescriptors,
  passDescriptors,
  receiveDescriptors,
} from '../../linux/descriptor-passing.ts';
import { emitFrame, FrameReader } from './frames.ts';

const note = Uint8Array.of(1);
const tryAgainMs = 1;

interface Waiting {
  readonly message: unknown;
  descriptors: readonly number[];
  /** They are ours only to be passed. */
  readonly closesThem: boolean;
}

export interface LineEvents {
  heard(message: unknown, takeDescriptors: (count: number) => number[]): void;
  ended(): void;
}

export class Line {
  readonly #socket: Socket;
  readonly #descriptorFd: number;
  readonly #waiting: Waiting[] = [];
  readonly #received: number[] = [];
  #isEnded = false;

  /** Both are the line's from now on. */
  constructor(socket: Socket, descriptorFd: number, events: LineEvents) {
    this.#socket = socket;
    this.#descriptorFd = descriptorFd;
    const reader = new FrameReader();
    socket.on('data', (piece: Uint8Array) => {
      const isSound = reader.hear(piece, (message) => events.heard(message, this.#takeDescriptors));
      if (!isSound) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#end();
      events.ended();
    });
  }

  say(message: unknown, descriptors: readonly number[] = [], closesThem = false): void {
    if (this.#isEnded) return;
    this.#waiting.push({ message, descriptors, closesThem });
    if (this.#waiting.length === 1) this.#flush();
  }

  close(): void {
    this.#socket.destroy();
  }

  #flush(): void {
    while (this.#waiting.length > 0 && !this.#isEnded) {
      const next = this.#waiting[0]!;
      if (!this.#pass(next)) {
        setTimeout(() => this.#flush(), tryAgainMs);
        return;
      }
      this.#waiting.shift();
      this.#socket.write(emitFrame(next.message));
    }
  }

  /** False where the far end has to read first. */
  #pass(waiting: Waiting): boolean {
    while (waiting.descriptors.length > 0) {
      const descriptors = waiting.descriptors.slice(0, mostDescriptors);
      if (!passDescriptors(this.#descriptorFd, { descriptors, note })) return false;
      if (waiting.closesThem) for (const fd of descriptors) closeDescriptor(fd);
      waiting.descriptors = waiting.descriptors.slice(mostDescriptors);
    }
    return true;
  }

  readonly #takeDescriptors = (count: number): number[] => {
    while (this.#received.length < count) {
      const passed = receiveDescriptors(this.#descriptorFd);
      if (passed === undefined || passed.note.length === 0) break;
      this.#received.push(...passed.descriptors);
    }
    return this.#received.splice(0, count);
  };

  #end(): void {
    this.#isEnded = true;
    for (const fd of this.#takeDescriptors(Number.POSITIVE_INFINITY)) closeDescriptor(fd);
    for (const { closesThem, descriptors } of this.#waiting.splice(0)) {
      if (closesThem) for (const fd of descriptors) closeDescriptor(fd);
    }
    closeDescriptor(this.#descriptorFd);
  }
}
