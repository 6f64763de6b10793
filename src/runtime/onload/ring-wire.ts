/**
 * A packet ring as a wire. Each frame lies in memory that the kernel allocated and this process mapped.
 * Segments that follow each other leave as one, which the device cuts apart, or the kernel in its place;
 * what arrives may be as long.
 */
import { writeU16 } from '../../base/bytes.ts';
import { attachToSocket } from '../../linux/bpf.ts';
import { epollEvent } from '../../linux/epoll.ts';
import { PacketRing, type RingFrame } from '../../linux/packet-ring.ts';
import type { VirtioHeader } from '../../linux/tun.ts';
import { foldChecksum, sumWords } from '../../wire/checksum.ts';
import { tcpOffset } from '../../wire/tcp.ts';
import type { FrameWire, WireEvents, WireWatcher } from '../frame-wire.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { closeRun, continuesRun, type SegmentRun, shapeOf, startRun } from './segment-run.ts';

/** What an IP packet may have, and an Ethernet header with a tag. */
const frameBytes = 65_535 + 18;
const receiveFrames = 256;
const sendFrames = 32;
/** So many frames wait for the end of the turn at most. */
const framesAFlush = 16;
const headRoom = 128;

export interface RingWireOptions {
  readonly loop: KernelLoop;
  /** The kernel's number of it, in the namespace of this thread. */
  readonly interfaceIndex: number;
  /** Lets pass what is for this process. */
  readonly programFd: number;
  readonly watcher?: WireWatcher | undefined;
}

export class RingWire implements FrameWire {
  readonly #ring: PacketRing;
  readonly #events: WireEvents;
  readonly #watcher: WireWatcher | undefined;
  readonly #watches: readonly { close(): void }[];
  #run: SegmentRun | undefined;
  #runFlags = 0;
  #unflushed = 0;
  #isFlushDue = false;
  #isCutTold = false;
  #isClosed = false;

  constructor({ loop, interfaceIndex, programFd, watcher }: RingWireOptions, events: WireEvents) {
    const size = { frameBytes, receiveFrames, sendFrames, virtioHeader: true };
    const nothing = [{ code: 0x06, operand: 0 }];
    this.#ring = PacketRing.open({ interfaceIndex, ...size, filter: nothing });
    attachToSocket(this.#ring.fd, programFd);
    this.#events = events;
    this.#watcher = watcher;
    this.#watches = [
      loop.watch(this.#ring.fd, (ready) => this.#onReady(ready)),
      loop.poll(() => this.#ring.hasArrived() && this.#receive()),
    ];
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed || this.#joinRun(frame)) return;
    this.#endRun();
    if (!this.#put(frame)) return;
    this.#unflushed += 1;
    const shape = shapeOf(frame);
    if (shape !== undefined) {
      this.#run = startRun(shape, frame.length);
      this.#runFlags = frame[shape.tcpAt + tcpOffset.flags]!;
    }
    if (this.#unflushed >= framesAFlush) this.#flush();
    else if (!this.#isFlushDue) this.#flushSoon();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    for (const watch of this.#watches) watch.close();
    this.#ring[Symbol.dispose]();
  }

  #joinRun(frame: Uint8Array): boolean {
    const run = this.#run;
    const shape = run && shapeOf(frame);
    if (run === undefined || shape === undefined) return false;
    if (!continuesRun(run, this.#ring.lastHead(headRoom), frame, shape)) return false;
    if (!this.#ring.extendLast(frame.subarray(shape.payloadAt))) return false;
    run.frameBytes += frame.length - shape.payloadAt;
    run.segments += 1;
    this.#runFlags = frame[shape.tcpAt + tcpOffset.flags]!;
    return true;
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = undefined;
    if (run === undefined) return;
    if (run.segments > 1) {
      const virtio = closeRun(run, this.#ring.lastHead(headRoom), this.#runFlags);
      this.#ring.describeLast(virtio);
    }
    this.#watcher?.written(this.#ring.lastOffset, run.frameBytes);
  }

  #put(frame: Uint8Array): boolean {
    if (this.#ring.put(frame) === 'full') {
      this.#flush();
      if (this.#ring.put(frame) === 'full') return false;
    }
    if (this.#watcher && shapeOf(frame) === undefined)
      this.#watcher.written(this.#ring.lastOffset, frame.length);
    return true;
  }

  #flushSoon(): void {
    this.#isFlushDue = true;
    queueMicrotask(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#isClosed || this.#unflushed === 0) return;
    this.#endRun();
    this.#unflushed = 0;
    this.#ring.flush();
    this.#watcher?.kicked();
  }

  #onReady(ready: number): void {
    if ((ready & epollEvent.failed) !== 0) this.#ring.takeError();
    this.#receive();
  }

  #receive(): boolean {
    return this.#ring.receive((frame) => this.#deliver(frame)) > 0;
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
