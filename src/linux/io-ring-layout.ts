/** io_uring(7) as linux/io_uring.h lays it out: what is set up once, and where its fields lie. */
import { read32, write16, write32, write64 } from './layout.ts';
import { mapDescriptor, type SharedMemory } from './memory-map.ts';
import { bindCall, checkCall } from './system-call.ts';

const setupCall = bindCall('syscall', 'long', ['long', 'long', 'bytes']);
const registerCall = bindCall('syscall', 'long', ['long', 'long', 'long', 'bytes', 'long']);

/** asm-generic/unistd.h, the same on x86. */
export const ringSystemCall = { setup: 425, enter: 426, register: 427 } as const;

/**
 * IORING_SETUP_*: a size for completions; go on behind a request that fails; and, as one thread alone
 * uses the ring, the kernel does all its work for it within that thread's own calls.
 */
const setupFlags = (1 << 3) | (1 << 7) | (1 << 8) | (1 << 12) | (1 << 13) | (1 << 16);
/** IORING_REGISTER_*. */
const register = { files: 2, probe: 8, bufferRing: 22 } as const;
/** IORING_OFF_SQES; both queues lie at 0. */
const requestsOffset = 0x1000_0000;
const requestBytes = 64;
const completionBytes = 16;

/** struct io_uring_params: 40 bytes, then the offsets of both queues. */
const params = { bytes: 120, requests: 0, completions: 4, flags: 8 } as const;
const requestQueue = { head: 40, tail: 44 } as const;
const completionQueue = { head: 80, tail: 84, first: 100 } as const;

export interface RingMemory {
  readonly fd: number;
  readonly queues: SharedMemory;
  readonly requests: SharedMemory;
  /** Places are indices of 32-bit words. */
  readonly requestTail: number;
  readonly requestHead: number;
  readonly requestRoom: number;
  readonly completionHead: number;
  readonly completionTail: number;
  readonly completionRoom: number;
  readonly firstCompletion: number;
}

/** Negative where the kernel has no such ring, or does not let us have one. */
export function setUpRing(asked: Uint8Array, requests: number, completions: number): number {
  write32(asked, params.flags, setupFlags);
  write32(asked, params.completions, completions);
  return setupCall(ringSystemCall.setup, requests, asked);
}

export function createParams(): Uint8Array {
  return new Uint8Array(params.bytes);
}

export function mapRing(fd: number, told: Uint8Array): RingMemory {
  const requestRoom = read32(told, params.requests);
  const completionRoom = read32(told, params.completions);
  const first = read32(told, completionQueue.first);
  return {
    fd,
    queues: mapDescriptor(fd, first + completionRoom * completionBytes),
    requests: mapDescriptor(fd, requestRoom * requestBytes, requestsOffset),
    requestTail: read32(told, requestQueue.tail) >> 2,
    requestHead: read32(told, requestQueue.head) >> 2,
    requestRoom,
    completionHead: read32(told, completionQueue.head) >> 2,
    completionTail: read32(told, completionQueue.tail) >> 2,
    completionRoom,
    firstCompletion: first >> 2,
  };
}

/** struct io_uring_probe: how many operations follow at 1, from 16 on 8 bytes each, with flags at 2. */
const probe = {
  bytes: 16 + 256 * 8,
  count: 1,
  first: 16,
  each: 8,
  flags: 2,
  supported: 1,
} as const;

export function isOperationKnown(fd: number, operation: number): boolean {
  const memory = new Uint8Array(probe.bytes);
  const call = registerCall(ringSystemCall.register, fd, register.probe, memory, 256);
  checkCall(call, 'io_uring_register', 'probe');
  if (operation >= memory[probe.count]!) return false;
  return (memory[probe.first + operation * probe.each + probe.flags]! & probe.supported) !== 0;
}

/** From then on requests name them by their place in the list. */
export function registerFiles(fd: number, files: readonly number[]): void {
  const memory = new Uint8Array(files.length * 4);
  for (const [index, file] of files.entries()) write32(memory, index * 4, file);
  const call = registerCall(ringSystemCall.register, fd, register.files, memory, files.length);
  checkCall(call, 'io_uring_register', `${files.length} files`);
}

/** struct io_uring_buf_reg: the address 0, how many 8, the group 12. */
export function registerBufferRing(
  fd: number,
  address: number,
  count: number,
  group: number,
): void {
  const memory = new Uint8Array(40);
  write64(memory, 0, address);
  write32(memory, 8, count);
  write16(memory, 12, group);
  const call = registerCall(ringSystemCall.register, fd, register.bufferRing, memory, 1);
  checkCall(call, 'io_uring_register', `${count} buffers`);
}
