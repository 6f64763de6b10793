/**
 * A packet ring in a loop: whole frames in, whole frames out, those of one turn in one call.
 *
 * A peer on the same machine leaves checksums to a card that there is not (veth): they are made here. It
 * may also leave the cutting of segments to it; those do not fit, and are dropped and told. Where a stack
 * of ours owns an interface, both ends have these offloads off.
 */
import { writeU16 } from '../base/bytes.ts';
import { epollEvent } from '../linux/epoll.ts';
import { PacketRing, type RingFrame } from '../linux/packet-ring.ts';
import { attachFilter, type FilterInstruction } from '../linux/socket.ts';
import type { VirtioHeader } from '../linux/tun.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { ethernetHeaderBytes } from '../wire/ethernet.ts';
import type { KernelLoop } from './kernel-loop.ts';

const receiveFrames = 1_024;
const sendFrames = 512;
/** So many frames wait for the end of the turn at most. */
const framesAFlush = 32;
const tagBytes = 4;

export interface RingPortOptions {
  readonly loop: KernelLoop;
  /** The kernel's number of it, in the namespace of this thread. */
  readonly interfaceIndex: number;
  readonly mtuBytes: number;
  /** Left out: all frames. */
  readonly filter?: readonly FilterInstruction[];
}

export interface RingPortEvents {
  /** In the ring: valid during the call. */
  received(frame: Uint8Array): void;
  /** A frame that was too long for the ring, and is lost; said once, for who does so once does so often. */
  cut(wireBytes: number): void;
}

export class RingPort {
  readonly #ring: PacketRing;
  readonly #events: RingPortEvents;
  readonly #watch: { close(): void };
  #unflushed = 0;
  #isCutTold = false;
  #isClosed = false;

  constructor({ loop, interfaceIndex, mtuBytes, filter }: RingPortOptions, events: RingPortEvents) {
    this.#ring = PacketRing.open({
      interfaceIndex,
      frameBytes: ethernetHeaderBytes + tagBytes + mtuBytes,
      receiveFrames,
      sendFrames,
      virtioHeader: true,
      ...(filter && { filter }),
    });
    this.#events = events;
    this.#watch = loop.watch(this.#ring.fd, (ready) => this.#onReady(ready));
  }

  /** The bytes are copied. A ring that stays full loses the frame, as any queue does. */
  send(frame: Uint8Array): void {
    if (this.#isClosed || !this.#put(frame)) return;
    this.#unflushed += 1;
    if (this.#unflushed >= framesAFlush) this.#flush();
    else if (this.#unflushed === 1) queueMicrotask(() => this.#flush());
  }

  /** From the next frame on; what is in the ring stays there. */
  setFilter(filter: readonly FilterInstruction[]): void {
    if (!this.#isClosed) attachFilter(this.#ring.fd, filter);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#watch.close();
    this.#ring[Symbol.dispose]();
  }

  #put(frame: Uint8Array): boolean {
    if (this.#ring.put(frame) === 'queued') return true;
    this.#flush();
    return this.#ring.put(frame) === 'queued';
  }

  #flush(): void {
    this.#unflushed = 0;
    if (!this.#isClosed) this.#ring.flush();
  }

  #onReady(ready: number): void {
    if ((ready & epollEvent.failed) !== 0) this.#ring.takeError();
    this.#ring.receive((frame) => this.#deliver(frame));
  }

  #deliver({ bytes, wireBytes, virtio }: RingFrame): void {
    if (wireBytes > bytes.length) {
      if (!this.#isCutTold) this.#events.cut(wireBytes);
      this.#isCutTold = true;
      return;
    }
    if (virtio?.needsChecksum) completeChecksum(bytes, virtio);
    this.#events.received(bytes);
  }
}

/** VIRTIO 1.2, 5.1.6.2: the field holds the sum over the pseudo header already. */
function completeChecksum(
  bytes: Uint8Array,
  { checksumStart, checksumOffset }: VirtioHeader,
): void {
  const checksum = foldChecksum(sumWords(bytes, checksumStart, bytes.length));
  writeU16(bytes, checksumStart + checksumOffset, checksum === 0 ? 0xffff : checksum);
}
