/** Sockets and their options; none of them blocks. */
import type { Endpoint } from '../base/address.ts';
import { openFlag, socketKinds } from './descriptor.ts';
import {
  addressOf,
  cString,
  int32Bytes,
  read64,
  readSigned32,
  write16,
  write32,
  write64,
} from './layout.ts';
import { readSocketAddress, socketAddressBytes, writeSocketAddress } from './socket-address.ts';
import { bindCall, checkCall, errno, lastErrno, SystemCallError } from './system-call.ts';

const socketCall = bindCall('socket', 'int', ['int', 'int', 'int']);
const bindSocketCall = bindCall('bind', 'int', ['int', 'bytes', 'int']);
const listenCall = bindCall('listen', 'int', ['int', 'int']);
const connectCall = bindCall('connect', 'int', ['int', 'bytes', 'int']);
const peerNameCall = bindCall('getpeername', 'int', ['int', 'bytes', 'bytes']);
const nameCall = bindCall('getsockname', 'int', ['int', 'bytes', 'bytes']);
const setCall = bindCall('setsockopt', 'int', ['int', 'int', 'int', 'bytes', 'int']);
const getCall = bindCall('getsockopt', 'int', ['int', 'int', 'int', 'bytes', 'bytes']);

export function openSocket(family: number, kind: keyof typeof socketKinds, protocol = 0): number {
  const type = socketKinds[kind] | openFlag.nonBlocking | openFlag.closeOnExec;
  return checkCall(socketCall(family, type, protocol), 'socket', `${family}, ${kind}, ${protocol}`);
}

/** The reason as an errno where it can't be had, which a caller often has an answer to. */
export function bindSocket(fd: number, local: Endpoint, scope = 0): number | undefined {
  const name = new Uint8Array(socketAddressBytes);
  const length = writeSocketAddress(name, 0, local, scope);
  return bindSocketCall(fd, name, length) < 0 ? lastErrno() : undefined;
}

export function bindSocketBytes(fd: number, name: Uint8Array, what: string): void {
  checkCall(bindSocketCall(fd, name, name.length), 'bind', what);
}

export function listenSocket(fd: number, backlog: number): void {
  checkCall(listenCall(fd, backlog), 'listen', String(fd));
}

/** A stream socket goes on connecting; its descriptor turns ready when it has come to something. */
export function connectSocket(fd: number, to: Endpoint): void {
  const name = new Uint8Array(socketAddressBytes);
  const result = connectCall(fd, name, writeSocketAddress(name, 0, to));
  if (result < 0 && lastErrno() !== errno.EINPROGRESS) checkCall(result, 'connect', String(fd));
}

/** AF_UNSPEC: a datagram socket has no peer any more, and a port that the kernel chose is given back. */
export function disconnectSocket(fd: number): number | undefined {
  const name = new Uint8Array(socketAddressBytes);
  return connectCall(fd, name, 16) < 0 ? lastErrno() : undefined;
}

/** Undefined: it has none. */
export function remoteEndpoint(fd: number): Endpoint | undefined {
  const name = new Uint8Array(socketAddressBytes);
  const result = peerNameCall(fd, name, int32Bytes(name.length));
  return result < 0 ? undefined : readSocketAddress(name, 0);
}

/** An option of 8 bytes, exact up to 2^53. */
export function getLongOption(fd: number, option: SocketOption): number {
  const bytes = new Uint8Array(8);
  getOptionBytes(fd, option, bytes);
  return read64(bytes, 0);
}

/** The reason as an errno where it can't be set. */
export function trySetOption(
  fd: number,
  [level, name]: SocketOption,
  value: number | Uint8Array,
): number | undefined {
  const bytes = typeof value === 'number' ? int32Bytes(value) : value;
  return setCall(fd, level, name, bytes, bytes.length) < 0 ? lastErrno() : undefined;
}

export function localEndpoint(fd: number): Endpoint {
  const name = new Uint8Array(socketAddressBytes);
  checkCall(nameCall(fd, name, int32Bytes(name.length)), 'getsockname', String(fd));
  const local = readSocketAddress(name, 0);
  if (local) return local;
  throw new SystemCallError('getsockname', errno.EAFNOSUPPORT, String(fd));
}

/** A level and a name, as asm-generic/socket.h, linux/in.h, in6.h and if_packet.h number them. */
export type SocketOption = readonly [level: number, name: number];

export const socketOption = {
  error: [1, 4],
  reuseAddress: [1, 2],
  broadcast: [1, 6],
  keepAlive: [1, 9],
  sendBuffer: [1, 7],
  receiveBuffer: [1, 8],
  mark: [1, 36],
  /** IPPROTO_* and AF_* that it was opened with. */
  protocol: [1, 38],
  domain: [1, 39],
  /** 8 bytes that no other socket of this system has. */
  cookie: [1, 57],
  /** Of the network namespace that it stands in. */
  namespaceCookie: [1, 71],
  bindToDevice: [1, 25],
  attachFilter: [1, 26],
  forceSendBuffer: [1, 32],
  /** Its first word is the process at the far end of a Unix socket. */
  peerCredentials: [1, 17],
  forceReceiveBuffer: [1, 33],
  timestampNs: [1, 35],
  reusePort: [1, 15],
  tcpNoDelay: [6, 1],
  tcpKeepIdle: [6, 4],
  tcpKeepInterval: [6, 5],
  tcpKeepCount: [6, 6],
  tcpCongestion: [6, 13],
  tcpUserTimeout: [6, 18],
  ipPacketInfo: [0, 8],
  ipMtuDiscover: [0, 10],
  ipReceiveErrors: [0, 11],
  ipReceiveTtl: [0, 12],
  ipv6MtuDiscover: [41, 23],
  ipv6ReceiveErrors: [41, 25],
  ipv6Only: [41, 26],
  ipv6ReceivePacketInfo: [41, 49],
  ipv6ReceiveHopLimit: [41, 51],
  ipv6DontFragment: [41, 62],
  udpJoin: [17, 104],
  mptcpInfo: [284, 1],
} as const satisfies Readonly<Record<string, SocketOption>>;

/** IP_MTU_DISCOVER and its twin: `probe` sets DF and asks the interface alone what fits. */
export const mtuDiscovery = { off: 0, want: 1, on: 2, probe: 3 } as const;

export function setOption(fd: number, option: SocketOption, value: number | Uint8Array): void {
  const bytes = typeof value === 'number' ? int32Bytes(value) : value;
  const [level, name] = option;
  const what = `${fd}, level ${level}, option ${name}`;
  checkCall(setCall(fd, level, name, bytes, bytes.length), 'setsockopt', what);
}

export function getOption(fd: number, [level, name]: SocketOption): number {
  const value = new Uint8Array(4);
  const what = `${fd}, level ${level}, option ${name}`;
  checkCall(getCall(fd, level, name, value, int32Bytes(4)), 'getsockopt', what);
  return readSigned32(value, 0);
}

/** What is no number; as many bytes of it as fit. */
export function getOptionBytes(fd: number, [level, name]: SocketOption, into: Uint8Array): void {
  const what = `${fd}, level ${level}, option ${name}`;
  checkCall(getCall(fd, level, name, into, int32Bytes(into.length)), 'getsockopt', what);
}

/** Beyond the machine's limit where we are its root, and up to it elsewhere. */
export function enlargeReceiveBuffer(fd: number, bytes: number): void {
  enlarge(fd, socketOption.forceReceiveBuffer, socketOption.receiveBuffer, bytes);
}

export function enlargeSendBuffer(fd: number, bytes: number): void {
  enlarge(fd, socketOption.forceSendBuffer, socketOption.sendBuffer, bytes);
}

function enlarge(fd: number, force: SocketOption, ask: SocketOption, bytes: number): void {
  const [level, name] = force;
  const result = setCall(fd, level, name, int32Bytes(bytes), 4);
  if (result < 0 && lastErrno() === errno.EPERM) setOption(fd, ask, bytes);
  else checkCall(result, 'setsockopt', `${fd}, option ${name}, ${bytes}`);
}

/** SO_BINDTODEVICE: sends and receives by this interface only. */
export function bindToInterface(fd: number, name: string): void {
  const bytes = cString(name);
  const [level, option] = socketOption.bindToDevice;
  const result = setCall(fd, level, option, bytes, bytes.length);
  checkCall(result, 'setsockopt', `${fd}, SO_BINDTODEVICE, ${name}`);
}

/** One instruction of classic BPF: struct sock_filter of linux/filter.h. */
export interface FilterInstruction {
  readonly code: number;
  readonly whenTrue?: number;
  readonly whenFalse?: number;
  readonly operand: number;
}

/** struct sock_fprog: the count, and where the instructions are: here right behind it. */
const programHeadBytes = 16;
const instructionBytes = 8;

/** Says of each packet how many bytes of it the socket sees; 0 for none, and it is gone. */
export function attachFilter(fd: number, program: readonly FilterInstruction[]): void {
  const memory = new Uint8Array(programHeadBytes + program.length * instructionBytes);
  write16(memory, 0, program.length);
  write64(memory, 8, addressOf(memory) + programHeadBytes);
  for (const [index, { code, whenTrue = 0, whenFalse = 0, operand }] of program.entries()) {
    const at = programHeadBytes + index * instructionBytes;
    write16(memory, at, code);
    memory[at + 2] = whenTrue;
    memory[at + 3] = whenFalse;
    write32(memory, at + 4, operand);
  }
  setOption(fd, socketOption.attachFilter, memory.subarray(0, programHeadBytes));
}
