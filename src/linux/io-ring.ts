/**
 * io_uring: many reads and writes a call. For one thread, which asks, enters the kernel once, and then
 * looks at what has become of it. Nothing is allocated for a request or a completion.
 *
 * The kernel touches the queues only within our own calls (IORING_SETUP_DEFER_TASKRUN), so that they
 * are read and written plainly.
 */
import { closeDescriptor } from './descriptor.ts';
import {
  createParams,
  isOperationKnown,
  mapRing,
  type RingMemory,
  registerBufferRing,
  registerFiles,
  ringSystemCall,
  setUpRing,
} from './io-ring-layout.ts';
import { addressOf, write32, write64 } from './layout.ts';
import { mapAnonymous } from './memory-map.ts';
import { bindCall, errno, lastErrno, SystemCallError } from './system-call.ts';

const enterCall = bindCall('syscall', 'long', [
  'long',
  'long',
  'long',
  'long',
  'long',
  'bytes',
  'long',
]);

/** IORING_OP_*. */
const operation = { poll: 6, write: 23, readMany: 49 } as const;
/** IOSQE_*, in the word that begins with the operation. */
const requestFlag = {
  registeredFile: 1 << 8,
  byWorker: 1 << 12,
  provided: 1 << 13,
  silentSuccess: 1 << 14,
} as const;
/** IORING_ENTER_*. */
const enterFlag = { getEvents: 1, extendedArgument: 8 } as const;
/** IORING_CQE_F_*; the number of a provided buffer lies above. */
const completionFlag = { more: 2, bufferShift: 16 } as const;
/** What `enter` says of a sleep that ended, or of completions that must be fetched first. */
const passing = [errno.ETIME, errno.EINTR, errno.EBUSY, errno.EAGAIN];
const mostOddFailures = 16;
const pollMany = 1;
/** RWF_NOWAIT of linux/fs.h: to a ring a descriptor that does not block is no reason not to wait. */
const doNotWait = 8;
const wordsARequest = 16;
const wordsACompletion = 4;
const group = 1;
/** struct io_uring_getevents_arg: the address of a timespec at 16; the timespec itself behind it. */
const argument = { bytes: 24, timeAddress: 16, time: 24, end: 40 } as const;
const twoTo32 = 4_294_967_296;
const nsPerSecond = 1_000_000_000;

export interface IoRingOptions {
  /** A power of two: so many requests can be asked for before a call is needed. */
  readonly requests: number;
  readonly completions: number;
  /** A power of two: so many buffers at most can wait for what is read. */
  readonly buffers: number;
}

export class IoRing implements Disposable {
  readonly #memory: RingMemory;
  readonly #queues: Int32Array;
  readonly #requests: Int32Array;
  readonly #bufferWords: Int32Array;
  readonly #bufferMask: number;
  readonly #waiting = new Uint8Array(argument.end);
  #asked = 0;
  #submitted = 0;
  #seen = 0;
  #given = 0;
  #oddFailures = 0;

  private constructor(memory: RingMemory, buffers: number) {
    this.#memory = memory;
    this.#queues = memory.queues.words;
    this.#requests = memory.requests.words;
    const ring = mapAnonymous(buffers * 16);
    this.#bufferWords = ring.words;
    this.#bufferMask = buffers - 1;
    registerBufferRing(memory.fd, ring.address, buffers, group);
    write64(this.#waiting, argument.timeAddress, addressOf(this.#waiting) + argument.time);
  }

  /** Undefined where the kernel is too old for it (before 6.7), or forbids it, as containers often do. */
  static open({ requests, completions, buffers }: IoRingOptions): IoRing | undefined {
    const told = createParams();
    const fd = setUpRing(told, requests, completions);
    if (fd < 0) return undefined;
    if (isOperationKnown(fd, operation.readMany)) return new IoRing(mapRing(fd, told), buffers);
    closeDescriptor(fd);
    return undefined;
  }

  /** Once, before they are read or written: from then on a file is its place in this list. */
  registerFiles(files: readonly number[]): void {
    registerFiles(this.#memory.fd, files);
  }

  /** How many requests more can be asked for before the next `enter`. */
  get room(): number {
    return this.#memory.requestRoom - ((this.#asked - this.#submitted) | 0);
  }

  /** The kernel has taken all that was asked for; else `enter` once more. */
  get isHandedOver(): boolean {
    return this.#asked === this.#submitted;
  }

  /** Each packet that can be read completes with a buffer of its own, until one completes without `more`. */
  readMany(file: number, data: number): void {
    const at = this.#nextRequest(data);
    this.#requests[at] = operation.readMany | requestFlag.registeredFile | requestFlag.provided;
    this.#requests[at + 1] = file;
    this.#requests[at + 2] = -1;
    this.#requests[at + 3] = -1;
    this.#requests[at + 10] = group;
  }

  /** Completes only where it fails; it fails rather than wait, so that the bytes are free after `enter`. */
  write(file: number, address: number, length: number, data: number): void {
    const at = this.#nextRequest(data);
    const requests = this.#requests;
    requests[at] = operation.write | requestFlag.registeredFile | requestFlag.silentSuccess;
    requests[at + 1] = file;
    requests[at + 2] = -1;
    requests[at + 3] = -1;
    requests[at + 4] = address | 0;
    requests[at + 5] = Math.floor(address / twoTo32);
    requests[at + 6] = length;
    requests[at + 7] = doNotWait;
  }

  /** Into a file that may keep its writer waiting: a thread of the kernel waits, and the bytes are its own till then. */
  writeAside(fd: number, address: number, length: number, offset: number, data: number): void {
    const at = this.#nextRequest(data);
    const requests = this.#requests;
    requests[at] = operation.write | requestFlag.byWorker;
    requests[at + 1] = fd;
    requests[at + 2] = offset | 0;
    requests[at + 3] = Math.floor(offset / twoTo32);
    requests[at + 4] = address | 0;
    requests[at + 5] = Math.floor(address / twoTo32);
    requests[at + 6] = length;
  }

  /** Of a descriptor, registered or not: completes whenever it becomes readable. */
  pollMany(fd: number, data: number): void {
    const at = this.#nextRequest(data);
    this.#requests[at] = operation.poll;
    this.#requests[at + 1] = fd;
    this.#requests[at + 6] = pollMany;
    this.#requests[at + 7] = 1;
  }

  /** A buffer for what is read next; ours again when a completion says its number. */
  giveBuffer(number: number, address: number, length: number): void {
    const words = this.#bufferWords;
    const at = (this.#given & this.#bufferMask) * 4;
    words[at] = address | 0;
    words[at + 1] = Math.floor(address / twoTo32);
    words[at + 2] = length;
    this.#given = (this.#given + 1) & 0xffff;
    // The number shares a word with the ring's tail, which lies in the first entry.
    if (at === 0) words[3] = number | (this.#given << 16);
    else {
      words[at + 3] = number;
      words[3] = (words[3]! & 0xffff) | (this.#given << 16);
    }
  }

  /** Hands over what was asked for, and sleeps for so long at most (Infinity: no limit) until `wanted` wait. */
  enter(sleepNs: number, wanted = 1): void {
    const { fd, requestTail } = this.#memory;
    this.#queues[requestTail] = this.#asked;
    const count = (this.#asked - this.#submitted) | 0;
    const least = sleepNs > 0 ? wanted : 0;
    const timed = least > 0 && sleepNs !== Number.POSITIVE_INFINITY;
    if (timed) this.#setTime(sleepNs);
    const flags = enterFlag.getEvents | (timed ? enterFlag.extendedArgument : 0);
    const size = timed ? argument.bytes : 0;
    const memory = timed ? this.#waiting : null;
    const result = enterCall(ringSystemCall.enter, fd, count, least, flags, memory, size);
    if (result < 0) this.#judgeFailure();
    else this.#oddFailures = 0;
    this.#submitted = this.#queues[this.#memory.requestHead]!;
  }

  /** How many wait to be looked at. */
  get completed(): number {
    return (this.#queues[this.#memory.completionTail]! - this.#seen) | 0;
  }

  /** Of the first that waits: what its request was called. */
  get data(): number {
    return this.#queues[this.#place()]!;
  }

  /** Bytes, or an errno, negative. */
  get result(): number {
    return this.#queues[this.#place() + 2]!;
  }

  get hasMore(): boolean {
    return (this.#queues[this.#place() + 3]! & completionFlag.more) !== 0;
  }

  get buffer(): number {
    return this.#queues[this.#place() + 3]! >>> completionFlag.bufferShift;
  }

  /** On to the next. */
  shift(): void {
    this.#seen = (this.#seen + 1) | 0;
    this.#queues[this.#memory.completionHead] = this.#seen;
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.#memory.fd);
  }

  #place(): number {
    const { firstCompletion, completionRoom } = this.#memory;
    return firstCompletion + (this.#seen & (completionRoom - 1)) * wordsACompletion;
  }

  #nextRequest(data: number): number {
    if (this.room === 0) this.enter(0);
    const at = (this.#asked & (this.#memory.requestRoom - 1)) * wordsARequest;
    const requests = this.#requests;
    for (let word = at; word < at + wordsARequest; word++) requests[word] = 0;
    requests[at + 8] = data;
    this.#asked = (this.#asked + 1) | 0;
    return at;
  }

  #setTime(sleepNs: number): void {
    const seconds = Math.floor(sleepNs / nsPerSecond);
    write32(this.#waiting, argument.time, seconds);
    write32(this.#waiting, argument.time + 8, sleepNs - seconds * nsPerSecond);
  }

  /**
   * The time is up, or a signal came: what was asked for is on its way all the same. Whatever runs on this
   * thread between the call and the question may overwrite errno (seen: ENOENT behind a wait that had
   * timed out), so that one odd reason says nothing. A ring that is broken gives it each time.
   */
  #judgeFailure(): void {
    const reason = lastErrno();
    const isOdd = !passing.includes(reason);
    this.#oddFailures = isOdd ? this.#oddFailures + 1 : 0;
    if (this.#oddFailures === mostOddFailures)
      throw new SystemCallError('io_uring_enter', reason, '');
  }
}
