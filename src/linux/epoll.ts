/** epoll(7), level-triggered, and the timers that it can wait for. */
import { never, nsPerSecond } from '../base/time.ts';
import { closeDescriptor, openFlag, waitReadable } from './descriptor.ts';
import { read32, readSigned32, write32, write64 } from './layout.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const createCall = bindCall('epoll_create1', 'int', ['int']);
const controlCall = bindCall('epoll_ctl', 'int', ['int', 'int', 'int', 'bytes']);
const waitCall = bindCall('epoll_wait', 'int', ['int', 'bytes', 'int', 'int']);
const preciseWaitCall = bindCall('syscall', 'int', [
  'long',
  'int',
  'bytes',
  'int',
  'bytes',
  'bytes',
  'long',
]);
/** epoll_pwait2 of asm-generic/unistd.h, the same on x86. */
const preciseWait = 441;
const timerCreateCall = bindCall('timerfd_create', 'int', ['int', 'int']);
const timerSetCall = bindCall('timerfd_settime', 'int', ['int', 'int', 'bytes', 'bytes']);

/** linux/eventpoll.h; `once`: each time it changes, and not as long as it is so. */
export const epollEvent = {
  readable: 1,
  writable: 4,
  failed: 8,
  hungUp: 16,
  once: 0x8000_0000,
} as const;
const control = { add: 1, remove: 2, modify: 3 } as const;

/** struct epoll_event is packed on x86 alone: u32 events, then the 64 bits that were asked for. */
const isPacked = process.arch === 'x64';
const eventBytes = isPacked ? 12 : 16;
const tokenAt = isPacked ? 4 : 8;

export class Epoll implements Disposable {
  readonly fd: number;
  readonly #events: Uint8Array;
  readonly #room: number;
  readonly #change = new Uint8Array(eventBytes);
  readonly #time = new Uint8Array(16);

  constructor(room = 64) {
    this.#room = room;
    this.#events = new Uint8Array(room * eventBytes);
    this.fd = checkCall(createCall(openFlag.closeOnExec), 'epoll_create1');
  }

  /** The token comes back with what happens to `fd`. */
  add(fd: number, token: number, events: number = epollEvent.readable): void {
    this.#control(control.add, fd, token, events);
  }

  modify(fd: number, token: number, events: number): void {
    this.#control(control.modify, fd, token, events);
  }

  remove(fd: number): void {
    this.#control(control.remove, fd, 0, 0);
  }

  /** How many are ready: at once with a timeout of 0, at last with one of -1. */
  wait(timeoutMs: number): number {
    return waitForEvents(this.fd, this.#events, this.#room, timeoutMs);
  }

  /** The same to the nanosecond; Infinity: at last. */
  waitNs(timeoutNs: number): number {
    if (timeoutNs === never) return this.wait(-1);
    const seconds = Math.floor(timeoutNs / nsPerSecond);
    write64(this.#time, 0, seconds);
    write64(this.#time, 8, timeoutNs - seconds * nsPerSecond);
    const { fd } = this;
    const ready = preciseWaitCall(preciseWait, fd, this.#events, this.#room, this.#time, null, 0);
    if (ready >= 0) return ready;
    return lastErrno() === errno.EINTR ? 0 : checkCall(ready, 'epoll_pwait2', String(fd));
  }

  tokenAt(index: number): number {
    return readSigned32(this.#events, index * eventBytes + tokenAt);
  }

  eventsAt(index: number): number {
    return read32(this.#events, index * eventBytes);
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.fd);
  }

  #control(operation: number, fd: number, token: number, events: number): void {
    write32(this.#change, 0, events);
    write32(this.#change, tokenAt, token);
    checkCall(controlCall(this.fd, operation, fd, this.#change), 'epoll_ctl', String(fd));
  }
}

/**
 * Waits on an epoll that another thread owns; says only whether something is ready. It polls the epoll and takes
 * nothing from it: what is told once, each time it changes, is told to the owner.
 */
export function waitForAny(epollFd: number, timeoutMs: number): boolean {
  return waitReadable(epollFd, timeoutMs);
}

function waitForEvents(fd: number, events: Uint8Array, room: number, timeoutMs: number): number {
  const ready = waitCall(fd, events, room, timeoutMs);
  if (ready >= 0) return ready;
  return lastErrno() === errno.EINTR ? 0 : checkCall(ready, 'epoll_wait', String(fd));
}

/** CLOCK_MONOTONIC and TFD_TIMER_ABSTIME of linux/time.h and linux/timerfd.h. */
const clockMonotonic = 1;
const absoluteTime = 1;

/** A descriptor that is readable once its time has come, until it is set anew. */
export function openTimer(): number {
  const flags = openFlag.nonBlocking | openFlag.closeOnExec;
  return checkCall(timerCreateCall(clockMonotonic, flags), 'timerfd_create');
}

/** struct itimerspec: interval, then value, each as seconds and nanoseconds of the monotonic clock. */
const timerSpec = { bytes: 32, seconds: 16, nanoseconds: 24 } as const;

/** Both 0: the timer stays silent. */
export function setTimer(fd: number, seconds: number, nanoseconds: number): void {
  const spec = new Uint8Array(timerSpec.bytes);
  write64(spec, timerSpec.seconds, seconds);
  write64(spec, timerSpec.nanoseconds, nanoseconds);
  checkCall(timerSetCall(fd, absoluteTime, spec, null), 'timerfd_settime', String(fd));
}
