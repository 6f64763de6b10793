/** Both ends of a stream between a kernel's socket and our machine, each byte of which is known. */

import { endWriting, receiveStream, sendStream } from '../../linux/stream-socket.ts';
import { errno } from '../../linux/system-call.ts';
import type { Connection } from '../../tcp/connection.ts';
import { closeConnection, consumeBytes, readableBytes, writeBytes } from '../../tcp/user-calls.ts';
import type { FarSide } from './testing-far-side.ts';

const patternBytes = 65_521;
const pattern = Buffer.from(
  Uint8Array.from({ length: 2 * patternBytes }, (_, at) => ((at % patternBytes) * 31) ^ (at >>> 7)),
);
for (let at = 0; at < patternBytes; at++) pattern[patternBytes + at] = pattern[at]!;

/** What stands in every stream from `at` on, as much of it as lies in one piece. */
export function streamFrom(at: number, bytes: number): Buffer {
  const from = at % patternBytes;
  return pattern.subarray(from, from + Math.min(bytes, patternBytes));
}

/** One end: it writes so many bytes and closes, and reads to the end of the other's. */
export interface StreamEnd {
  written: number;
  read: number;
  /** Where the first byte was another; -1: nowhere. */
  wrongAt: number;
  hasEnded: boolean;
  /** An errno that ended it. */
  brokenBy: number;
}

export function makeEnd(): StreamEnd {
  return { written: 0, read: 0, wrongAt: -1, hasEnded: false, brokenBy: 0 };
}

/** What an end read next is held against what stands there. */
export function checkRead(end: StreamEnd, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const expected = streamFrom(end.read + at, bytes.length - at);
    const got = bytes.subarray(at, at + expected.length);
    if (end.wrongAt < 0 && expected.compare(got) !== 0) end.wrongAt = end.read + at;
    at += expected.length;
  }
  end.read += bytes.length;
}

const room = new Uint8Array(262_144);

export function workKernelEnd(end: StreamEnd, fd: number, total: number, isReading = true): void {
  while (end.written < total) {
    const sent = sendStream(fd, streamFrom(end.written, total - end.written));
    if (sent < 0) {
      noteErrno(end, -sent);
      break;
    }
    end.written += sent;
    if (end.written === total) endWriting(fd);
  }
  while (isReading && !end.hasEnded && end.brokenBy === 0) {
    const count = receiveStream(fd, room);
    if (count < 0) {
      noteErrno(end, -count);
      return;
    }
    if (count === 0) end.hasEnded = true;
    else checkRead(end, room.subarray(0, count));
  }
}

function noteErrno(end: StreamEnd, reason: number): void {
  if (reason !== errno.EAGAIN) end.brokenBy = reason;
}

export function workMachineEnd(
  end: StreamEnd,
  far: FarSide,
  connection: Connection,
  total: number,
  isReading = true,
): void {
  const { machine, sink } = far;
  while (end.written < total) {
    const bytes = streamFrom(end.written, total - end.written);
    const taken = writeBytes(machine, far.nowNs(), connection, bytes, sink);
    if (taken === 0) break;
    end.written += taken;
    if (end.written === total) closeConnection(machine, far.nowNs(), connection, sink);
  }
  while (isReading) {
    const bytes = readableBytes(connection);
    if (bytes.length === 0) break;
    checkRead(end, bytes);
    consumeBytes(machine, far.nowNs(), connection, bytes.length, sink);
  }
  if (isReading) end.hasEnded = far.told.includes('ended');
}
