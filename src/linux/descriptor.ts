/** File descriptors of any kind. */

import { readSigned32, write16, write32 } from './layout.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const closeCall = bindCall('close', 'int', ['int']);
const openCall = bindCall('open', 'int', ['text', 'int']);
const readCall = bindCall('read', 'long', ['int', 'bytes', 'size']);
const writeCall = bindCall('write', 'long', ['int', 'bytes', 'size']);
const fcntlCall = bindCall('fcntl', 'int', ['int', 'int', 'long']);
const socketpairCall = bindCall('socketpair', 'int', ['int', 'int', 'int', 'bytes']);
const pipeCall = bindCall('pipe2', 'int', ['bytes', 'int']);
const pollCall = bindCall('poll', 'int', ['bytes', 'long', 'int']);
const eventfdCall = bindCall('eventfd', 'int', ['int', 'int']);

/** asm-generic/fcntl.h; sockets, eventfd and others take the same bits. */
export const openFlag = { nonBlocking: 0o4000, closeOnExec: 0o2000000 } as const;
const readWrite = 2;
const duplicateCloseOnExec = 1030;
const setStatusFlags = 4;
const addressFamilyUnix = 1;

/** For reading and writing; it does not block. */
export function openDescriptor(path: string): number {
  const flags = readWrite | openFlag.nonBlocking | openFlag.closeOnExec;
  return checkCall(openCall(path, flags), 'open', path);
}

export function closeDescriptor(fd: number): void {
  checkCall(closeCall(fd), 'close', String(fd));
}

/** How many bytes were read, 0 at the end, or undefined where there is nothing to read now. */
export function readDescriptor(fd: number, into: Uint8Array): number | undefined {
  return progressOf(readCall(fd, into, into.length), 'read', fd);
}

/** How many bytes were written, or undefined where there is no room now. */
export function writeDescriptor(fd: number, bytes: Uint8Array): number | undefined {
  return progressOf(writeCall(fd, bytes, bytes.length), 'write', fd);
}

function progressOf(result: number, call: string, fd: number): number | undefined {
  if (result >= 0) return result;
  const reason = lastErrno();
  if (reason === errno.EAGAIN || reason === errno.EINTR) return undefined;
  return checkCall(result, call, String(fd));
}

/** Another descriptor of the same open file. */
export function duplicateDescriptor(fd: number): number {
  return checkCall(fcntlCall(fd, duplicateCloseOnExec, 0), 'fcntl', `${fd}, F_DUPFD_CLOEXEC`);
}

/** For what was opened by somebody else, and is nobody else's. */
export function makeNonBlocking(fd: number): void {
  checkCall(fcntlCall(fd, setStatusFlags, openFlag.nonBlocking), 'fcntl', `${fd}, F_SETFL`);
}

/** struct pollfd of asm-generic/poll.h: the descriptor 0, what is asked 4. */
const pollBytes = 8;
const pollReadable = 1;

/** Blocks this thread; false where nothing came by then. -1: no limit. */
export function waitReadable(fd: number, timeoutMs: number): boolean {
  const poll = new Uint8Array(pollBytes);
  write32(poll, 0, fd);
  write16(poll, 4, pollReadable);
  let ready: number;
  // A profiler interrupts it thousands of times.
  do ready = pollCall(poll, 1, timeoutMs);
  while (ready < 0 && lastErrno() === errno.EINTR);
  return checkCall(ready, 'poll', String(fd)) > 0;
}

export type SocketKind = 'stream' | 'datagram' | 'sequenced';
/** asm-generic/socket.h. */
export const socketKinds: Readonly<Record<SocketKind | 'raw', number>> = {
  stream: 1,
  datagram: 2,
  raw: 3,
  sequenced: 5,
};

/** Two Unix sockets that are connected to each other; neither blocks. */
export function openSocketPair(kind: SocketKind): readonly [number, number] {
  const pair = new Uint8Array(8);
  const type = socketKinds[kind] | openFlag.nonBlocking | openFlag.closeOnExec;
  checkCall(socketpairCall(addressFamilyUnix, type, 0, pair), 'socketpair', kind);
  return [readSigned32(pair, 0), readSigned32(pair, 4)];
}

/** What is written into the second is read from the first. */
export function openPipe(): readonly [readFd: number, writeFd: number] {
  const pair = new Uint8Array(8);
  checkCall(pipeCall(pair, openFlag.closeOnExec), 'pipe2');
  return [readSigned32(pair, 0), readSigned32(pair, 4)];
}

/** A counter that is readable while it is not 0. */
export function openEventDescriptor(): number {
  return checkCall(eventfdCall(0, openFlag.nonBlocking | openFlag.closeOnExec), 'eventfd');
}
