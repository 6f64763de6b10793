/** Open files handed over a Unix socket (SCM_RIGHTS of unix(7)), with a few bytes that say what they are. */
import { addressOf, read32, readSigned32, write32, write64 } from './layout.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const sendCall = bindCall('sendmsg', 'long', ['int', 'bytes', 'int']);
const receiveCall = bindCall('recvmsg', 'long', ['int', 'bytes', 'int']);

/** SCM_MAX_FD of net/scm.h. */
export const mostDescriptors = 253;
const noteRoom = 65_536;
const socketLevel = 1;
const rights = 1;
const closeOnExec = 0x4000_0000;

/**
 * One piece of memory, so that what the kernel is pointed to lives as long as the call: struct msghdr
 * (msg_iov 16, msg_iovlen 24, msg_control 32, msg_controllen 40), one iovec, one cmsghdr with its
 * descriptors, the note.
 */
const at = {
  vector: 56,
  control: 72,
  descriptors: 88,
  note: 88 + mostDescriptors * 4 + 4,
} as const;
const controlRoom = at.note - at.control;

export interface PassedDescriptors {
  readonly descriptors: readonly number[];
  readonly note: Uint8Array;
}

/** The note must not be empty; false where the socket has no room now, or nobody at its far end. Ours stay open. */
export function passDescriptors(fd: number, { descriptors, note }: PassedDescriptors): boolean {
  const length = at.descriptors - at.control + descriptors.length * 4;
  const memory = layMessage(note.length, descriptors.length === 0 ? 0 : (length + 7) & ~7);
  write64(memory, at.control, length);
  write32(memory, at.control + 8, socketLevel);
  write32(memory, at.control + 12, rights);
  for (const [index, passed] of descriptors.entries()) {
    write32(memory, at.descriptors + index * 4, passed);
  }
  memory.set(note, at.note);
  const sent = sendCall(fd, memory, 0);
  return !(sent < 0 && isGone()) && didHappen(sent, 'sendmsg', fd);
}

/** The descriptors are ours to close. Undefined where nothing waits; an empty note: the end. */
export function receiveDescriptors(fd: number): PassedDescriptors | undefined {
  const memory = layMessage(noteRoom, controlRoom);
  const length = receiveCall(fd, memory, closeOnExec);
  if (length < 0 && isGone()) return { descriptors: [], note: new Uint8Array(0) };
  if (!didHappen(length, 'recvmsg', fd)) return undefined;
  const isPassed = read32(memory, 40) > 0 && read32(memory, at.control + 12) === rights;
  const count = isPassed ? (read32(memory, at.control) - 16) / 4 : 0;
  const descriptors = Array.from({ length: count }, (_, index) =>
    readSigned32(memory, at.descriptors + index * 4),
  );
  return { descriptors, note: memory.slice(at.note, at.note + length) };
}

function layMessage(noteBytes: number, controlBytes: number): Uint8Array {
  const memory = new Uint8Array(at.note + noteBytes);
  const start = addressOf(memory);
  write64(memory, 16, start + at.vector);
  write64(memory, 24, 1);
  write64(memory, 32, start + at.control);
  write64(memory, 40, controlBytes);
  write64(memory, at.vector, start + at.note);
  write64(memory, at.vector + 8, noteBytes);
  return memory;
}

/** The far end closed; ECONNRESET where it had not read all that was sent to it. */
function isGone(): boolean {
  const reason = lastErrno();
  return reason === errno.EPIPE || reason === errno.ECONNRESET;
}

function didHappen(result: number, call: string, fd: number): boolean {
  if (result >= 0) return true;
  const reason = lastErrno();
  if (reason === errno.EAGAIN || reason === errno.EINTR) return false;
  checkCall(result, call, String(fd));
  return false;
}
