/** Memory that is shared with the kernel. */
import koffi from 'koffi';
import { bindCall, checkCall } from './system-call.ts';

const mapCall = bindCall('mmap', 'long', ['long', 'size', 'int', 'int', 'int', 'long']);

/** asm-generic/mman-common.h. */
const protection = { read: 1, write: 2 } as const;
const flag = { shared: 1, private: 2, fixed: 0x10, anonymous: 0x20, noReserve: 0x4000 } as const;

export interface SharedMemory {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

export function mapDescriptor(fd: number, length: number, offset = 0): SharedMemory {
  return map(length, flag.shared, fd, offset);
}

/** Zeros, at an address that the kernel may be told. */
export function mapAnonymous(length: number): SharedMemory {
  return map(length, flag.private | flag.anonymous, -1, 0);
}

function map(length: number, how: number, fd: number, offset: number): SharedMemory {
  const readWrite = protection.read | protection.write;
  const address = checkCall(mapCall(0, length, readWrite, how, fd, offset), 'mmap', `${length}`);
  const buffer = koffi.view(BigInt(address), length);
  return { address, bytes: new Uint8Array(buffer), words: new Int32Array(buffer) };
}

/**
 * Puts empty private pages where the shared ones were. The mapping of the descriptor ends, and somebody
 * who kept a view reads zeros instead of ending the process; the addresses are not used again.
 */
export function replaceMapping({ address, bytes }: SharedMemory): void {
  const how = flag.private | flag.fixed | flag.anonymous | flag.noReserve;
  const readWrite = protection.read | protection.write;
  checkCall(mapCall(address, bytes.length, readWrite, how, -1, 0), 'mmap', 'over a ring');
}
