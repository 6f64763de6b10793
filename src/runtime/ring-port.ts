/**
 * A packet ring in a loop: whole frames in, whole frames out, those of one turn in one call. Where a stack
 * of ours owns an interface, both ends have their offloads off: a segment that is to be cut does not fit.
 */
import { attachToSocket } from '../linux/bpf.ts';
import { PacketRing, type RingCursor } from '../linux/packet-ring.ts';
import { attachFilter, type FilterInstruction } from '../linux/socket.ts';
import { ethernetHeaderBytes } from '../wire/ethernet.ts';
import type { FrameWire, WireEvents } from './frame-wire.ts';
import type { KernelLoop } from './kernel-loop.ts';
import { RingIntake } from './ring-intake.ts';
import { TurnFlush } from './turn-flush.ts';

const receiveFrames = 1_024;
const sendFrames = 512;
/** So many frames wait for the end of the turn at most. */
const framesAFlush = 32;
const tagBytes = 4;
/** Until its program stands. */
const nothing = [{ code: 0x06, operand: 0 }];

/** Instructions, or a program that the kernel has loaded. */
export type RingFilter = readonly FilterInstruction[] | { readonly programFd: number };

export interface RingPortOptions {
  readonly loop: KernelLoop;
  /** The kernel's number of it, in the namespace of this thread. */
  readonly interfaceIndex: number;
  readonly mtuBytes: number;
  /** Left out: all frames. */
  readonly filter?: RingFilter;
  /** Another process's ring, of the same interface, goes on here; the descriptor is ours. */
  readonly adopted?: { readonly fd: number; readonly cursor: RingCursor };
}

export class RingPort implements FrameWire {
  readonly #ring: PacketRing;
  readonly #watch: { close(): void };
  readonly #flush: TurnFlush;
  #isClosed = false;

  constructor(port: RingPortOptions, events: WireEvents) {
    const { loop, interfaceIndex, mtuBytes, filter, adopted } = port;
    this.#flush = new TurnFlush(framesAFlush, () => this.#ring.flush(), loop);
    const options = {
      interfaceIndex,
      frameBytes: ethernetHeaderBytes + tagBytes + mtuBytes,
      receiveFrames,
      sendFrames,
      virtioHeader: true,
      ...(filter && { filter: 'programFd' in filter ? nothing : filter }),
    };
    this.#ring =
      adopted === undefined
        ? PacketRing.open(options)
        : PacketRing.adopt(adopted.fd, options, adopted.cursor);
    if (adopted === undefined && filter !== undefined && 'programFd' in filter)
      attachToSocket(this.#ring.fd, filter.programFd);
    const intake = new RingIntake(this.#ring, events);
    this.#watch = loop.watch(this.#ring.fd, (ready) => intake.heed(ready));
  }

  send(frame: Uint8Array): void {
    if (!this.#isClosed && this.#put(frame)) this.#flush.add();
  }

  /** Another process may go on with the ring: its descriptor, which stays ours, and where we are in it. */
  get handle(): { readonly fd: number; readonly cursor: RingCursor } {
    this.#flush.now();
    return { fd: this.#ring.fd, cursor: this.#ring.cursor };
  }

  /** From the next frame on; what is in the ring stays there. */
  setFilter(filter: readonly FilterInstruction[]): void {
    if (!this.#isClosed) attachFilter(this.#ring.fd, filter);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush.now();
    this.#isClosed = true;
    this.#watch.close();
    this.#ring[Symbol.dispose]();
  }

  #put(frame: Uint8Array): boolean {
    if (this.#ring.put(frame) === 'queued') return true;
    this.#flush.now();
    return this.#ring.put(frame) === 'queued';
  }
}
