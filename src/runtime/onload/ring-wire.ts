/**
 * A packet ring as a wire. Each frame lies in memory that the kernel allocated and this process mapped.
 * Segments that follow each other leave as one, which the device cuts apart, or the kernel in its place;
 * what arrives may be as long.
 */
import { attachToSocket } from '../../linux/bpf.ts';
import { PacketRing } from '../../linux/packet-ring.ts';
import { tcpOffset } from '../../wire/tcp.ts';
import type { FrameWire, WireEvents, WireWatcher } from '../frame-wire.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { RingIntake } from '../ring-intake.ts';
import { TurnFlush } from '../turn-flush.ts';
import {
  closeRun,
  continuesRun,
  type SegmentRun,
  type SegmentShape,
  shapeOf,
  startRun,
} from './segment-run.ts';

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
  readonly #watcher: WireWatcher | undefined;
  readonly #watches: readonly { close(): void }[];
  readonly #flush = new TurnFlush(framesAFlush, () => this.#tellKernel());
  #run: SegmentRun | undefined;
  #runFlags = 0;
  #isClosed = false;

  constructor({ loop, interfaceIndex, programFd, watcher }: RingWireOptions, events: WireEvents) {
    const size = { frameBytes, receiveFrames, sendFrames, virtioHeader: true };
    const nothing = [{ code: 0x06, operand: 0 }];
    this.#ring = PacketRing.open({ interfaceIndex, ...size, filter: nothing });
    attachToSocket(this.#ring.fd, programFd);
    this.#watcher = watcher;
    const intake = new RingIntake(this.#ring, events);
    this.#watches = [
      loop.watch(this.#ring.fd, (ready) => intake.heed(ready)),
      loop.poll(() => this.#ring.hasArrived() && intake.take()),
    ];
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    const shape = shapeOf(frame);
    if (shape !== undefined && this.#joinRun(frame, shape)) return;
    this.#endRun();
    if (!this.#put(frame)) return;
    if (shape === undefined) this.#watcher?.written(this.#ring.lastOffset, frame.length);
    else this.#startRun(frame, shape);
    this.#flush.add();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush.now();
    this.#isClosed = true;
    for (const watch of this.#watches) watch.close();
    this.#ring[Symbol.dispose]();
  }

  #startRun(frame: Uint8Array, shape: SegmentShape): void {
    this.#run = startRun(shape, frame.length);
    this.#runFlags = flagsOf(frame, shape);
  }

  #joinRun(frame: Uint8Array, shape: SegmentShape): boolean {
    const run = this.#run;
    if (run === undefined) return false;
    if (!continuesRun(run, this.#ring.lastHead(headRoom), frame, shape)) return false;
    if (!this.#ring.extendLast(frame.subarray(shape.payloadAt))) return false;
    run.frameBytes += frame.length - shape.payloadAt;
    run.segments += 1;
    this.#runFlags = flagsOf(frame, shape);
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
    if (this.#ring.put(frame) === 'queued') return true;
    this.#flush.now();
    return this.#ring.put(frame) === 'queued';
  }

  #tellKernel(): void {
    this.#endRun();
    const frames = this.#ring.untold;
    this.#ring.flush();
    this.#watcher?.kicked(frames);
  }
}

function flagsOf(frame: Uint8Array, { tcpAt }: SegmentShape): number {
  return frame[tcpAt + tcpOffset.flags]!;
}
