/**
 * Frames by io_uring: one call hands over all frames that are due, and takes all that have arrived, each
 * read into a frame of the pool.
 */
import {
  copyFrame,
  type Frame,
  mediumBytes,
  releaseFrame,
  takeFrame,
} from '../../../src/base/frame.ts';
import { IoRing } from '../../../src/linux/io-ring.ts';
import { errno } from '../../../src/linux/system-call.ts';
import { type FrameIo, type FrameIoOptions, frameRoom } from './frame-io.ts';

/** So many frames are read in a call at most: more would make those that are due wait for them. */
const readBudget = 64;
const requests = 512;
const completions = 4_096;
/** What a request is called: its kind above, the device below. */
const kindShift = 24;
const deviceMask = (1 << kindShift) - 1;
const kind = { read: 0, write: 1, control: 2 } as const;
/** Why a device is read no more for the moment. */
const passing: readonly number[] = [errno.ENOBUFS, errno.EAGAIN, errno.EINTR];

export class RingIo implements FrameIo {
  readonly name = 'io-uring';
  readonly arrivedFrames: Frame[] = [];
  readonly arrivedDevices = new Int32Array(readBudget);
  arrivedCount = 0;
  controlReady = false;
  pending = 0;
  readonly #ring: IoRing;
  readonly #options: FrameIoOptions;
  #frameBytes: number;
  readonly #leaving: Frame[] = new Array(requests);
  readonly #buffers: Frame[] = [];
  /** Devices to be read again: before those that had their turn come those that found no buffer left. */
  readonly #unread: number[] = [];
  readonly #starved: number[] = [];
  readonly #hadTurn: boolean[];

  /** Undefined where this kernel has no such ring for us. */
  static open(options: FrameIoOptions): RingIo | undefined {
    const ring = IoRing.open({ requests, completions, buffers: readBudget });
    return ring && new RingIo(ring, options);
  }

  private constructor(ring: IoRing, options: FrameIoOptions) {
    this.#ring = ring;
    this.#options = options;
    this.#frameBytes = frameRoom(options.mtusBytes);
    this.#hadTurn = options.devices.map(() => false);
    if (options.devices.length > 0) ring.registerFiles(options.devices);
    for (let number = 0; number < readBudget; number++) this.#giveBuffer(number);
    for (const device of options.devices.keys()) this.#unread.push(device);
    ring.pollMany(options.controlFd, kind.control << kindShift);
  }

  /** The buffers that wait already stay as they are: a frame that is cut by one is refused. */
  makeRoom(mtuBytes: number): void {
    this.#frameBytes = Math.max(this.#frameBytes, frameRoom([mtuBytes]));
  }

  write(device: number, frame: Frame): void {
    if (this.pending === requests) this.flush();
    const address = this.#options.arena.addressOf(frame);
    this.#ring.write(device, address, frame.length, (kind.write << kindShift) | device);
    this.#leaving[this.pending++] = frame;
  }

  flush(): void {
    do this.#ring.enter(0);
    while (!this.#ring.isHandedOver);
    for (let at = 0; at < this.pending; at++) {
      releaseFrame(this.#options.pool, this.#leaving[at]!);
    }
    this.pending = 0;
  }

  exchange(sleepNs: number, wanted: number): void {
    this.#readAgain();
    if (this.pending > 0 || sleepNs <= 0 || this.#ring.completed >= wanted) this.flush();
    else this.#ring.enter(sleepNs, wanted);
    this.#collect();
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
  }

  #giveBuffer(number: number): void {
    const { pool, arena } = this.#options;
    const frame = takeFrame(pool, this.#frameBytes);
    this.#buffers[number] = frame;
    this.#ring.giveBuffer(number, arena.addressOf(frame), frame.bytes.length);
  }

  #readAgain(): void {
    if (this.#starved.length > 0) this.#readAll(this.#starved);
    if (this.#unread.length > 0) this.#readAll(this.#unread);
  }

  #readAll(devices: number[]): void {
    for (const device of devices) {
      this.#hadTurn[device] = false;
      this.#ring.readMany(device, device);
    }
    devices.length = 0;
  }

  #collect(): void {
    const ring = this.#ring;
    this.arrivedCount = 0;
    this.controlReady = false;
    for (let left = ring.completed; left > 0; left--) {
      const { data, result } = ring;
      switch (data >>> kindShift) {
        case kind.read:
          this.#collectRead(data, result);
          break;
        case kind.write:
          this.#options.events.refused(data & deviceMask, -result);
          break;
        default:
          this.#collectControl();
      }
      ring.shift();
    }
  }

  #collectRead(device: number, result: number): void {
    const { hasMore } = this.#ring;
    if (result > 0) {
      this.#hadTurn[device] = true;
      this.#takeBuffer(device, result);
    }
    if (hasMore) return;
    if (result <= 0 && !passing.includes(-result)) this.#options.events.gone(device, -result);
    else (this.#hadTurn[device] ? this.#unread : this.#starved).push(device);
  }

  /** The buffer becomes the frame, and another takes its place; a short one does not keep a giant. */
  #takeBuffer(device: number, length: number): void {
    const { pool, events } = this.#options;
    const number = this.#ring.buffer;
    const frame = this.#buffers[number]!;
    frame.length = length;
    const room = frame.bytes.length;
    this.#giveBuffer(number);
    if (length < room && (room === mediumBytes || length > mediumBytes)) {
      this.#arrived(device, frame);
      return;
    }
    if (length < room) this.#arrived(device, copyFrame(pool, frame));
    else events.refused(device, errno.EMSGSIZE);
    releaseFrame(pool, frame);
  }

  #arrived(device: number, frame: Frame): void {
    this.arrivedDevices[this.arrivedCount] = device;
    this.arrivedFrames[this.arrivedCount++] = frame;
  }

  #collectControl(): void {
    this.controlReady = true;
    if (!this.#ring.hasMore) {
      this.#ring.pollMany(this.#options.controlFd, kind.control << kindShift);
    }
  }
}
