/**
 * A connection of the kernel as data, and back in another socket: of another process, or on another machine
 * that has its address (TCP_REPAIR). The kernel sends nothing of it meanwhile; who keeps its answers to the
 * far end from leaving (a reset, where the socket is not there) is the caller.
 */
import type { Endpoint } from '../base/address.ts';
import { familyOf } from '../base/address.ts';
import { closeDescriptor } from './descriptor.ts';
import { int32Bytes, read32, write32 } from './layout.ts';
import {
  bindSocket,
  connectSocket,
  getOption,
  getOptionBytes,
  localEndpoint,
  openSocket,
  type SocketOption,
  setOption,
  socketOption,
} from './socket.ts';
import { addressFamily, readSocketAddress, socketAddressBytes } from './socket-address.ts';
import { sendStream } from './stream-socket.ts';
import { bindCall, checkCall, errno, SystemCallError } from './system-call.ts';

const ioctlCall = bindCall('ioctl', 'int', ['int', 'long', 'bytes']);
const peekCall = bindCall('recv', 'long', ['int', 'bytes', 'size', 'int']);
const peerCall = bindCall('getpeername', 'int', ['int', 'bytes', 'bytes']);

/** Of linux/tcp.h, at SOL_TCP. */
const option = {
  maximumSegment: [6, 2],
  inform: [6, 11],
  repair: [6, 19],
  queue: [6, 20],
  sequence: [6, 21],
  options: [6, 22],
  timestamp: [6, 24],
  window: [6, 29],
} as const satisfies Readonly<Record<string, SocketOption>>;
/** TCP_REPAIR_OFF sends a window probe, which the far end answers; TCP_REPAIR_OFF_NO_WP does not. */
const repair = { on: 1, off: 0, offSilently: -1 } as const;
const queue = { none: 0, receive: 1, send: 2 } as const;
/** TCPOPT_MAXSEG, TCPOPT_WINDOW, TCPOPT_SACK_PERM, TCPOPT_TIMESTAMP. */
const optionCode = { maximumSegment: 2, window: 3, sack: 4, timestamps: 8 } as const;
/** tcpi_options of struct tcp_info. */
const hasOption = { timestamps: 1, sack: 2, window: 4 } as const;
/** SIOCOUTQ and SIOCOUTQNSD of linux/sockios.h. */
const request = { unacknowledged: 0x5411, unsent: 0x894b } as const;
const peekWithoutWaiting = 0x42;
const established = 1;

/** Sequence numbers are those of the next byte. All of it is JSON, but for the bytes. */
export interface KernelConnection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly receiveNext: number;
  /** In order, acknowledged, and not read. */
  readonly unread: Uint8Array;
  readonly sendNext: number;
  /** Written, and not acknowledged; the last `unsentBytes` were never sent. */
  readonly unacknowledged: Uint8Array;
  readonly unsentBytes: number;
  readonly maximumSegmentBytes: number;
  /** As struct tcp_info has them: options, and both shifts of the window in one byte. */
  readonly options: number;
  readonly windowShifts: number;
  readonly timestamp: number;
  /** struct tcp_repair_window. */
  readonly window: readonly number[];
}

/** Of an established connection, which stands still until `resumeConnection` or `closeSilently`. */
export function dumpConnection(fd: number): KernelConnection {
  const inform = new Uint8Array(8);
  getOptionBytes(fd, option.inform, inform);
  if (inform[0] !== established)
    throw new SystemCallError('TCP_REPAIR', errno.ENOTCONN, String(fd));
  setOption(fd, option.repair, repair.on);
  const window = new Uint8Array(20);
  getOptionBytes(fd, option.window, window);
  const received = dumpQueue(fd, queue.receive, Number.POSITIVE_INFINITY);
  const sent = dumpQueue(fd, queue.send, count(fd, request.unacknowledged));
  return {
    local: localEndpoint(fd),
    remote: remoteEndpoint(fd),
    ...{ receiveNext: received.next, unread: received.bytes },
    ...{ sendNext: sent.next, unacknowledged: sent.bytes },
    unsentBytes: count(fd, request.unsent),
    maximumSegmentBytes: getOption(fd, option.maximumSegment),
    ...{ options: inform[5]!, windowShifts: inform[6]! },
    timestamp: getOption(fd, option.timestamp) >>> 0,
    window: [0, 4, 8, 12, 16].map((at) => read32(window, at)),
  };
}

/** It goes on as if it had not been dumped. */
export function resumeConnection(fd: number): void {
  setOption(fd, option.queue, queue.none);
  setOption(fd, option.repair, repair.offSilently);
}

/** Of one that was dumped: the far end is told nothing. */
export function closeSilently(fd: number): void {
  closeDescriptor(fd);
}

/** In the namespace of this thread, which has the local address. The far end is asked for its window at once. */
export function restoreConnection(saved: KernelConnection): number {
  const isIpv4 = familyOf(saved.local.address) === 4;
  const fd = openSocket(isIpv4 ? addressFamily.ipv4 : addressFamily.ipv6, 'stream');
  try {
    restoreInto(fd, saved);
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

function restoreInto(fd: number, saved: KernelConnection): void {
  const { local, remote, unread, unacknowledged, unsentBytes } = saved;
  setOption(fd, socketOption.reuseAddress, 1);
  setOption(fd, option.repair, repair.on);
  const failed = bindSocket(fd, local);
  if (failed !== undefined) throw new SystemCallError('bind', failed, 'a restored connection');
  setSequence(fd, queue.receive, saved.receiveNext - unread.length);
  setSequence(fd, queue.send, saved.sendNext - unacknowledged.length);
  connectSocket(fd, remote);
  setOption(fd, option.options, optionsOf(saved));
  if ((saved.options & hasOption.timestamps) !== 0)
    setOption(fd, option.timestamp, saved.timestamp | 0);
  fillQueue(fd, queue.receive, unread);
  const sentBytes = unacknowledged.length - unsentBytes;
  fillQueue(fd, queue.send, unacknowledged.subarray(0, sentBytes));
  const window = new Uint8Array(20);
  for (const [at, value] of saved.window.entries()) write32(window, at * 4, value);
  setOption(fd, option.window, window);
  setOption(fd, option.queue, queue.none);
  setOption(fd, option.repair, repair.off);
  // Nobody has seen these: they are sent as anything that is written.
  sendAll(fd, unacknowledged.subarray(sentBytes));
}

function dumpQueue(fd: number, which: number, most: number): { next: number; bytes: Uint8Array } {
  setOption(fd, option.queue, which);
  const next = getOption(fd, option.sequence) >>> 0;
  const room = Number.isFinite(most) ? most : waiting(fd);
  const bytes = new Uint8Array(room);
  if (room > 0)
    checkCall(peekCall(fd, bytes, room, peekWithoutWaiting), 'recv', `${fd}, queue ${which}`);
  return { next, bytes };
}

/** FIONREAD of asm-generic/ioctls.h. */
function waiting(fd: number): number {
  return count(fd, 0x541b);
}

function count(fd: number, what: number): number {
  const into = new Uint8Array(4);
  checkCall(ioctlCall(fd, what, into), 'ioctl', `${fd}, ${what}`);
  return read32(into, 0);
}

function setSequence(fd: number, which: number, sequence: number): void {
  setOption(fd, option.queue, which);
  setOption(fd, option.sequence, sequence | 0);
}

function fillQueue(fd: number, which: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  setOption(fd, option.queue, which);
  sendAll(fd, bytes);
}

function sendAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const taken = sendStream(fd, bytes.subarray(at));
    if (taken < 0)
      throw new SystemCallError('send', -taken, `${fd}: byte ${at} of ${bytes.length}`);
    at += taken;
  }
}

/** struct tcp_repair_opt: a code and a value each. */
function optionsOf({ options, windowShifts, maximumSegmentBytes }: KernelConnection): Uint8Array {
  const sendShift = windowShifts & 15;
  const receiveShift = windowShifts >>> 4;
  const pairs: [number, number][] = [[optionCode.maximumSegment, maximumSegmentBytes]];
  if ((options & hasOption.window) !== 0)
    pairs.push([optionCode.window, sendShift | (receiveShift << 16)]);
  if ((options & hasOption.sack) !== 0) pairs.push([optionCode.sack, 0]);
  if ((options & hasOption.timestamps) !== 0) pairs.push([optionCode.timestamps, 0]);
  const bytes = new Uint8Array(pairs.length * 8);
  for (const [at, [code, value]] of pairs.entries()) {
    write32(bytes, at * 8, code);
    write32(bytes, at * 8 + 4, value);
  }
  return bytes;
}

function remoteEndpoint(fd: number): Endpoint {
  const name = new Uint8Array(socketAddressBytes);
  checkCall(peerCall(fd, name, int32Bytes(name.length)), 'getpeername', String(fd));
  return readSocketAddress(name, 0)!;
}
