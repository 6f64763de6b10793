/** TCP sockets of the kernel: accepting, sending, receiving, and what they know of themselves. */
import type { Endpoint } from '../base/address.ts';
import { openFlag } from './descriptor.ts';
import { int32Bytes, read32, write16 } from './layout.ts';
import { readSocketAddress, socketAddressBytes, writeSocketAddress } from './socket-address.ts';
import { bindCall, checkCall, errno, lastErrno } from './system-call.ts';

const connectCall = bindCall('connect', 'int', ['int', 'bytes', 'int']);
const acceptCall = bindCall('accept4', 'int', ['int', 'bytes', 'bytes', 'int']);
const sendCall = bindCall('send', 'long', ['int', 'bytes', 'size', 'int']);
const receiveCall = bindCall('recv', 'long', ['int', 'bytes', 'size', 'int']);
const ioctlCall = bindCall('ioctl', 'int', ['int', 'long', 'bytes']);
const shutdownCall = bindCall('shutdown', 'int', ['int', 'int']);
const informCall = bindCall('getsockopt', 'int', ['int', 'int', 'int', 'bytes', 'bytes']);
const lingerCall = bindCall('setsockopt', 'int', ['int', 'int', 'int', 'bytes', 'int']);

/** linux/socket.h: a connection that is gone is an errno, not a signal. */
const noSignal = 0x4000;
const doNotWait = 0x40;
const peek = 2;
const noMoreWrites = 1;
/** FIONREAD of asm-generic/ioctls.h. */
const waitingBytesRequest = 0x541b;
/** SOL_TCP, TCP_INFO; SOL_SOCKET, SO_LINGER. */
const informOption = [6, 11] as const;
const lingerOption = [1, 13] as const;

/** Who gave up before he was accepted is no fault of the listener. */
const noneWaits = [errno.EAGAIN, errno.ECONNABORTED, errno.EINTR];

/** 0 where it goes on, else why it does not, as an errno. */
export function startConnecting(fd: number, to: Endpoint, scope = 0): number {
  const name = new Uint8Array(socketAddressBytes);
  const result = connectCall(fd, name, writeSocketAddress(name, 0, to, scope));
  const reason = result < 0 ? lastErrno() : 0;
  return reason === errno.EINPROGRESS ? 0 : reason;
}

export interface Accepted {
  readonly fd: number;
  readonly remote: Endpoint;
}

/** Undefined where none waits. */
export function acceptSocket(fd: number): Accepted | undefined {
  const name = new Uint8Array(socketAddressBytes);
  const flags = openFlag.nonBlocking | openFlag.closeOnExec;
  const accepted = acceptCall(fd, name, int32Bytes(name.length), flags);
  if (accepted >= 0) return { fd: accepted, remote: readSocketAddress(name, 0)! };
  const reason = lastErrno();
  if (!noneWaits.includes(reason)) checkCall(accepted, 'accept4', String(fd));
  return undefined;
}

/** So many bytes, or an errno, negative: EAGAIN where there is no room, or nothing came. */
export function sendStream(fd: number, bytes: Uint8Array): number {
  const sent = sendCall(fd, bytes, bytes.length, noSignal | doNotWait);
  return sent < 0 ? -lastErrno() : sent;
}

/** 0 at the end. */
export function receiveStream(fd: number, into: Uint8Array): number {
  const received = receiveCall(fd, into, into.length, doNotWait);
  return received < 0 ? -lastErrno() : received;
}

/** What `receiveStream` would say, of one byte; nothing is taken. */
export function peekStream(fd: number): number {
  const seen = receiveCall(fd, new Uint8Array(1), 1, doNotWait | peek);
  return seen < 0 ? -lastErrno() : seen;
}

/** In-order bytes that wait to be read. */
export function waitingBytes(fd: number): number {
  const count = new Uint8Array(4);
  checkCall(ioctlCall(fd, waitingBytesRequest, count), 'ioctl', `${fd}, FIONREAD`);
  return read32(count, 0);
}

/** A FIN behind what was sent; reading goes on. Of a connection that is gone: nothing. */
export function endWriting(fd: number): void {
  shutdownCall(fd, noMoreWrites);
}

/** `close` sends a reset from now on. */
export function closeWithReset(fd: number): void {
  const linger = new Uint8Array(8);
  write16(linger, 0, 1);
  lingerCall(fd, ...lingerOption, linger, linger.length);
}

/** struct tcp_info of linux/tcp.h. */
const inform = {
  bytes: 216,
  state: 0,
  maximumSegment: 16,
  smoothedRttUs: 68,
  windowSegments: 80,
  acknowledged: 120,
  retransmitted: 208,
} as const;

export interface StreamInform {
  readonly isClosed: boolean;
  readonly smoothedRttUs: number;
  readonly congestionWindowBytes: number;
  readonly acknowledgedBytes: number;
  readonly retransmittedBytes: number;
}

/** TCP_CLOSE of net/tcp_states.h. */
const closedState = 7;

export function informOf(fd: number): StreamInform {
  const bytes = new Uint8Array(inform.bytes);
  const result = informCall(fd, ...informOption, bytes, int32Bytes(bytes.length));
  checkCall(result, 'getsockopt', `${fd}, TCP_INFO`);
  const segmentBytes = read32(bytes, inform.maximumSegment);
  return {
    isClosed: bytes[inform.state] === closedState,
    smoothedRttUs: read32(bytes, inform.smoothedRttUs),
    congestionWindowBytes: read32(bytes, inform.windowSegments) * segmentBytes,
    acknowledgedBytes: read64(bytes, inform.acknowledged),
    retransmittedBytes: read64(bytes, inform.retransmitted),
  };
}

function read64(bytes: Uint8Array, at: number): number {
  return read32(bytes, at) + read32(bytes, at + 4) * 4_294_967_296;
}
