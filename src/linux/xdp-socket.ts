/**
 * An AF_XDP socket: a piece of memory that is registered with the kernel (UMEM), and four rings over which
 * both hand frames in it to each other as offsets. It hears what a program of the driver redirects to it.
 * The mode in which the kernel copies: without it, memory would have to be the card's.
 *
 * Offsets are below 4 GiB, so the upper halves of the 64-bit fields are 0.
 */
import { closeDescriptor } from './descriptor.ts';
import { int32Bytes, read64, write16, write32, write64 } from './layout.ts';
import { mapAnonymous, mapDescriptor, replaceMapping, type SharedMemory } from './memory-map.ts';
import { bindSocketBytes, openSocket, setOption } from './socket.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const sendCall = bindCall('sendto', 'long', ['int', 'bytes', 'size', 'int', 'bytes', 'int']);
const getCall = bindCall('getsockopt', 'int', ['int', 'int', 'int', 'bytes', 'bytes']);
const dontWait = 0x40;

/** linux/if_xdp.h: AF_XDP, SOL_XDP and its options. */
const addressFamilyXdp = 44;
const level = 283;
const option = {
  mapOffsets: 1,
  receiveRing: 2,
  sendRing: 3,
  registerMemory: 4,
  fillRing: 5,
  completionRing: 6,
  statistics: 7,
} as const;
/** XDP_PGOFF_*, XDP_UMEM_PGOFF_*. */
const pageOffset = { receive: 0, send: 0x8000_0000, fill: 0x1_0000_0000, done: 0x1_8000_0000 };
const bindFlag = { copy: 2, needWakeup: 8 } as const;
/** The queue is full, or the kernel has sent as much as it does in one call: it will take more. */
const passing: readonly number[] = [errno.EAGAIN, errno.EBUSY, errno.ENOBUFS];
const descriptorBytes = 16;
const addressBytes = 8;

export interface XdpSocketOptions {
  readonly interfaceIndex: number;
  readonly queue: number;
  /** A power of two: half of them for what arrives, half for what leaves. */
  readonly frames: number;
}

/** 2048 holds a frame of Ethernet without jumbo frames, and no page is crossed. */
export const umemFrameBytes = 2_048;
/** XDP_PACKET_HEADROOM: the kernel leaves so much before what arrives. */
const headroomBytes = 256;
export const largestXdpFrameBytes = umemFrameBytes - headroomBytes;

interface Ring {
  readonly memory: SharedMemory;
  readonly producer: number;
  readonly consumer: number;
  readonly entries: number;
  readonly mask: number;
}

export interface XdpStatistics {
  readonly receiveDropped: number;
  /** Descriptors whose offset or length was outside of the memory: the kernel refused them. */
  readonly receiveInvalid: number;
  readonly sendInvalid: number;
}

export class XdpSocket implements Disposable {
  readonly fd: number;
  readonly memory: SharedMemory;
  readonly #receive: Ring;
  readonly #send: Ring;
  readonly #fill: Ring;
  readonly #done: Ring;
  /** Offsets of frames that nobody has now. */
  readonly #free: number[] = [];
  #pending = 0;
  #closed = false;

  private constructor(fd: number, { interfaceIndex, queue, frames }: XdpSocketOptions) {
    this.fd = fd;
    const half = frames / 2;
    this.memory = registerMemory(fd, frames * umemFrameBytes);
    for (const name of [
      option.receiveRing,
      option.sendRing,
      option.fillRing,
      option.completionRing,
    ])
      setOption(fd, [level, name], half);
    const at = readOffsets(fd);
    this.#receive = mapRing(fd, pageOffset.receive, at[0]!, half, descriptorBytes);
    this.#send = mapRing(fd, pageOffset.send, at[1]!, half, descriptorBytes);
    this.#fill = mapRing(fd, pageOffset.fill, at[2]!, half, addressBytes);
    this.#done = mapRing(fd, pageOffset.done, at[3]!, half, addressBytes);
    for (let frame = 0; frame < half; frame++) this.#giveBack(frame * umemFrameBytes);
    for (let frame = frames - 1; frame >= half; frame--) this.#free.push(frame * umemFrameBytes);
    bindToQueue(fd, interfaceIndex, queue);
  }

  /** In the namespace of this thread; the errno where the queue can't be had. */
  static open(options: XdpSocketOptions): XdpSocket {
    const fd = openSocket(addressFamilyXdp, 'raw');
    try {
      return new XdpSocket(fd, options);
    } catch (error) {
      closeDescriptor(fd);
      throw error;
    }
  }

  /** Visits what has arrived, where it lies in the memory, and gives each frame back; how many it were. */
  receive(visit: (frame: Uint8Array) => void): number {
    const ring = this.#receive;
    const { words } = ring.memory;
    for (let count = 0; ; count++) {
      if (this.#closed) return count;
      const next = words[ring.consumer]!;
      if (next === Atomics.load(words, ring.producer)) return count;
      const at = ring.entries + (next & ring.mask) * (descriptorBytes >>> 2);
      const offset = words[at]! >>> 0;
      visit(this.memory.bytes.subarray(offset, offset + words[at + 2]!));
      if (this.#closed) return count + 1;
      Atomics.store(words, ring.consumer, (next + 1) | 0);
      this.#giveBack(offset - (offset % umemFrameBytes));
    }
  }

  /** Whether something has arrived, without a question to the kernel. */
  hasArrived(): boolean {
    const { memory, consumer, producer } = this.#receive;
    return memory.words[consumer]! !== Atomics.load(memory.words, producer);
  }

  /** How many were put that the kernel was not told of yet. */
  get untold(): number {
    return this.#pending;
  }

  /** Copies a frame into the memory; where to, or that there is no room. */
  put(frame: Uint8Array): number | 'full' {
    if (this.#free.length === 0) this.#reclaim();
    const offset = this.#free.pop();
    if (offset === undefined) return 'full';
    this.memory.bytes.set(frame, offset);
    if (this.describe(offset, frame.length) === 'queued') return offset;
    this.#free.push(offset);
    return 'full';
  }

  /** Hands the kernel bytes by where they lie in the memory: nothing else can be said. */
  describe(offset: number, length: number): 'queued' | 'full' {
    const ring = this.#send;
    const { words } = ring.memory;
    const next = (words[ring.producer]! + this.#pending) | 0;
    if (((next - Atomics.load(words, ring.consumer)) | 0) > ring.mask) return 'full';
    const at = ring.entries + (next & ring.mask) * (descriptorBytes >>> 2);
    words[at] = offset;
    words[at + 1] = 0;
    words[at + 2] = length;
    words[at + 3] = 0;
    this.#pending += 1;
    return 'queued';
  }

  /** How many the kernel was told of, and has not taken yet. */
  get untaken(): number {
    const { memory, producer, consumer } = this.#send;
    return (memory.words[producer]! - Atomics.load(memory.words, consumer)) | 0;
  }

  /**
   * Tells the kernel of all that was put, and of what it has not taken before: a send without a payload.
   * The errno where it takes nothing; where it is only busy, or takes a part, `untaken` says so.
   * Nothing is shown before: who polls the descriptor would have the kernel send what stands in the ring.
   */
  flush(): number | undefined {
    if (this.#closed) return undefined;
    if (this.#pending > 0) Atomics.add(this.#send.memory.words, this.#send.producer, this.#pending);
    this.#pending = 0;
    if (this.untaken === 0) return undefined;
    const result = sendCall(this.fd, null, 0, dontWait, null, 0);
    const reason = result < 0 ? lastErrno() : undefined;
    this.#reclaim();
    return reason === undefined || passing.includes(reason) ? undefined : reason;
  }

  statistics(): XdpStatistics {
    const value = readOption(this.fd, option.statistics, 48);
    const [receiveDropped, receiveInvalid, sendInvalid] = [0, 8, 16].map((at) => read64(value, at));
    return {
      receiveDropped: receiveDropped!,
      receiveInvalid: receiveInvalid!,
      sendInvalid: sendInvalid!,
    };
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const ring of [this.#receive, this.#send, this.#fill, this.#done])
      replaceMapping(ring.memory);
    closeDescriptor(this.fd);
  }

  /** For the next frame that arrives. */
  #giveBack(offset: number): void {
    const { memory, producer, entries, mask } = this.#fill;
    const next = memory.words[producer]!;
    const at = entries + (next & mask) * (addressBytes >>> 2);
    memory.words[at] = offset;
    memory.words[at + 1] = 0;
    Atomics.store(memory.words, producer, (next + 1) | 0);
  }

  /** What has left is ours again. */
  #reclaim(): void {
    const { memory, producer, consumer, entries, mask } = this.#done;
    const to = Atomics.load(memory.words, producer);
    let next = memory.words[consumer]!;
    for (; next !== to; next = (next + 1) | 0) {
      const offset = memory.words[entries + (next & mask) * (addressBytes >>> 2)]! >>> 0;
      this.#free.push(offset - (offset % umemFrameBytes));
    }
    Atomics.store(memory.words, consumer, next);
  }
}

/** struct xdp_umem_reg: address 0, length 8, chunk size 16, headroom 20, flags 24. */
function registerMemory(fd: number, length: number): SharedMemory {
  const memory = mapAnonymous(length);
  const request = new Uint8Array(32);
  write64(request, 0, memory.address);
  write64(request, 8, length);
  write32(request, 16, umemFrameBytes);
  setOption(fd, [level, option.registerMemory], request);
  return memory;
}

interface Offsets {
  readonly producer: number;
  readonly consumer: number;
  readonly entries: number;
}

/** struct xdp_mmap_offsets: producer, consumer, descriptors, flags of the receive, send, fill, completion ring. */
function readOffsets(fd: number): Offsets[] {
  const value = readOption(fd, option.mapOffsets, 128);
  return [0, 32, 64, 96].map((at) => ({
    producer: read64(value, at),
    consumer: read64(value, at + 8),
    entries: read64(value, at + 16),
  }));
}

function mapRing(
  fd: number,
  page: number,
  { producer, consumer, entries }: Offsets,
  count: number,
  entryBytes: number,
): Ring {
  const memory = mapDescriptor(fd, entries + count * entryBytes, page);
  const words = (bytes: number) => bytes >>> 2;
  return {
    memory,
    producer: words(producer),
    consumer: words(consumer),
    entries: words(entries),
    mask: count - 1,
  };
}

/** struct sockaddr_xdp: family 0, flags 2, interface 4, queue 8, the descriptor of a shared memory 12. */
function bindToQueue(fd: number, interfaceIndex: number, queue: number): void {
  const name = new Uint8Array(16);
  write16(name, 0, addressFamilyXdp);
  write16(name, 2, bindFlag.copy | bindFlag.needWakeup);
  write32(name, 4, interfaceIndex);
  write32(name, 8, queue);
  bindSocketBytes(fd, name, `AF_XDP socket to queue ${queue} of interface ${interfaceIndex}`);
}

function readOption(fd: number, name: number, length: number): Uint8Array {
  const value = new Uint8Array(length);
  const result = getCall(fd, level, name, value, int32Bytes(length));
  checkCall(result, 'getsockopt', `${fd}, SOL_XDP, ${name}`);
  return value;
}
