/** Frames by a call for each, where io_uring cannot be had. */
import { type Frame, type FramePool, releaseFrame, takeFrame } from '../../../src/base/frame.ts';
import { Epoll } from '../../../src/linux/epoll.ts';
import { bindCall, errno, lastErrno } from '../../../src/linux/system-call.ts';
import { type FrameIo, type FrameIoOptions, frameRoom } from './frame-io.ts';

const readCall = bindCall('read', 'long', ['int', 'long', 'size']);
const writeCall = bindCall('write', 'long', ['int', 'long', 'size']);

/** So many frames are read from one device before the others have their turn. */
const deviceBudget = 32;
const readBudget = 128;
const controlToken = -1;

export class EpollIo implements FrameIo {
  readonly name = 'epoll';
  readonly pending = 0;
  readonly arrivedFrames: Frame[] = [];
  readonly arrivedDevices = new Int32Array(readBudget);
  arrivedCount = 0;
  controlReady = false;
  readonly #epoll = new Epoll(128);
  readonly #options: FrameIoOptions;
  readonly #pool: FramePool;
  #frameBytes: number;

  constructor(options: FrameIoOptions) {
    this.#options = options;
    this.#pool = options.pool;
    this.#frameBytes = frameRoom(options.mtusBytes);
    for (const [device, fd] of options.devices.entries()) this.#epoll.add(fd, device);
    this.#epoll.add(options.controlFd, controlToken);
  }

  makeRoom(mtuBytes: number): void {
    this.#frameBytes = Math.max(this.#frameBytes, frameRoom([mtuBytes]));
  }

  write(device: number, frame: Frame): void {
    const { devices, arena, events } = this.#options;
    const written = writeCall(devices[device]!, arena.addressOf(frame), frame.length);
    if (written < 0) events.refused(device, lastErrno());
    releaseFrame(this.#pool, frame);
  }

  flush(): void {}

  exchange(sleepNs: number): void {
    this.arrivedCount = 0;
    this.controlReady = false;
    const ready = this.#epoll.waitNs(Math.max(0, sleepNs));
    for (let index = 0; index < ready; index++) {
      const device = this.#epoll.tokenAt(index);
      if (device === controlToken) this.controlReady = true;
      else this.#readDevice(device);
    }
  }

  [Symbol.dispose](): void {
    this.#epoll[Symbol.dispose]();
  }

  #readDevice(device: number): void {
    const { devices, arena, events } = this.#options;
    for (let left = deviceBudget; left > 0 && this.arrivedCount < readBudget; left--) {
      const frame = takeFrame(this.#pool, this.#frameBytes);
      const length = readCall(devices[device]!, arena.addressOf(frame), frame.bytes.length);
      if (length <= 0) {
        releaseFrame(this.#pool, frame);
        if (length === 0 || lastErrno() !== errno.EAGAIN) this.#lose(device, lastErrno());
        return;
      }
      if (length === frame.bytes.length) {
        releaseFrame(this.#pool, frame);
        events.refused(device, errno.EMSGSIZE);
        continue;
      }
      frame.length = length;
      this.arrivedDevices[this.arrivedCount] = device;
      this.arrivedFrames[this.arrivedCount++] = frame;
    }
  }

  #lose(device: number, reason: number): void {
    if (reason === errno.EINTR) return;
    this.#epoll.remove(this.#options.devices[device]!);
    this.#options.events.gone(device, reason);
  }
}
