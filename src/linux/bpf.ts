/**
 * Programs and maps in the kernel through bpf(2). Each is a descriptor: what is attached by a link is
 * detached when the link's last descriptor is closed, however its process ended.
 */
import process from 'node:process';
import { addressOf, cString, readCString, write32, write64 } from './layout.ts';
import { type SocketOption, setOption } from './socket.ts';
import { bindCall, checkCall, errno, lastErrno, SystemCallError } from './system-call.ts';

const systemCall = bindCall('syscall', 'long', ['long', 'long', 'bytes', 'long']);

/** asm/unistd_64.h and asm-generic/unistd.h. */
const bpfNumber = process.arch === 'arm64' ? 280 : 321;
/** enum bpf_cmd of linux/bpf.h, whose union bpf_attr has the fields of each command. */
const command = { createMap: 0, update: 2, remove: 3, loadProgram: 5, createLink: 28 } as const;
const attributeBytes = 128;

export type BpfMapKind = 'hash' | 'xdp-sockets';
const mapTypes: Readonly<Record<BpfMapKind, number>> = { hash: 1, 'xdp-sockets': 17 };
/** Room is taken as entries come. */
const noPreallocation = 1;

/** Of a control group: called before the sockets of its processes connect, or send without being connected. */
export type CgroupHook = 'connect4' | 'connect6' | 'sendmsg4' | 'sendmsg6';
export type BpfProgramKind = 'socket-filter' | 'ingress' | 'xdp' | CgroupHook;
const socketAddressType = 18;
const programTypes: Readonly<Record<BpfProgramKind, number>> = {
  'socket-filter': 1,
  ingress: 3,
  xdp: 6,
  connect4: socketAddressType,
  connect6: socketAddressType,
  sendmsg4: socketAddressType,
  sendmsg6: socketAddressType,
};
/** BPF_XDP, BPF_TCX_INGRESS, BPF_CGROUP_INET4_CONNECT and its like: where a link attaches. */
const attachTypes = {
  xdp: 37,
  ingress: 46,
  connect4: 10,
  connect6: 11,
  sendmsg4: 14,
  sendmsg6: 15,
} as const;
/** XDP_FLAGS_SKB_MODE of linux/if_link.h: for devices whose driver knows no XDP. */
const genericMode = 2;
const attachProgramOption: SocketOption = [1, 50];
const logBytes = 65_536;
const loadAttempts = 20;
/** The longest that Linux can be built with (CONFIG_HZ=100), and how many of them are waited for. */
const tickMs = 10;
const mostTicks = 20;

export interface MapShape {
  readonly kind: BpfMapKind;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly entries: number;
}

export function createBpfMap({ kind, keyBytes, valueBytes, entries }: MapShape): number {
  const attributes = new Uint8Array(attributeBytes);
  const words = [mapTypes[kind], keyBytes, valueBytes, entries];
  for (const [index, word] of words.entries()) write32(attributes, index * 4, word);
  if (kind === 'hash') write32(attributes, 16, noPreallocation);
  return checked(command.createMap, attributes, `create a map of ${kind}`);
}

/** A map that takes room as entries come has a few in store, and fills it again with the next tick at the latest. */
export function putInMap(mapFd: number, key: Uint8Array, value: Uint8Array): void {
  const attributes = elementOf(mapFd, key);
  write64(attributes, 16, addressOf(value));
  for (let tick = 0; tick < mostTicks; tick++) {
    if (ask(command.update, attributes) >= 0) return;
    if (lastErrno() !== errno.ENOMEM) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, tickMs);
  }
  checked(command.update, attributes, `put into map ${mapFd}`);
}

/** What is not in it stays out. */
export function removeFromMap(mapFd: number, key: Uint8Array): void {
  const result = ask(command.remove, elementOf(mapFd, key));
  if (result < 0 && lastErrno() !== errno.ENOENT) checkCall(result, 'bpf', `remove from ${mapFd}`);
}

export function loadBpfProgram(kind: BpfProgramKind, instructions: Uint8Array): number {
  const [licence, log] = [cString('Apache-2.0'), new Uint8Array(logBytes)];
  const attributes = new Uint8Array(attributeBytes);
  write32(attributes, 0, programTypes[kind]);
  write32(attributes, 4, instructions.length / 8);
  write64(attributes, 8, addressOf(instructions));
  write64(attributes, 16, addressOf(licence));
  if (kind !== 'socket-filter') write32(attributes, 68, attachTypes[kind]);
  let fd = ask(command.loadProgram, attributes);
  // A signal that waits has the verifier give up with this, and it may be asked again.
  for (let left = loadAttempts; fd < 0 && lastErrno() === errno.EAGAIN && left > 0; left--) {
    fd = ask(command.loadProgram, attributes);
  }
  if (fd >= 0) return fd;
  const reason = lastErrno();
  write32(attributes, 24, 1);
  write32(attributes, 28, log.length);
  write64(attributes, 32, addressOf(log));
  ask(command.loadProgram, attributes);
  const said = readCString(log, 0, log.length).trim().split('\n').slice(-4).join('; ');
  throw new SystemCallError('bpf', reason, `load a program for ${kind}`, said);
}

/** The descriptor of the link, or the errno: another program may stand there already. */
export function attachToLink(
  kind: 'xdp' | 'ingress',
  programFd: number,
  interfaceIndex: number,
): { readonly fd: number } | { readonly errno: number } {
  const attributes = new Uint8Array(attributeBytes);
  write32(attributes, 0, programFd);
  write32(attributes, 4, interfaceIndex);
  write32(attributes, 8, attachTypes[kind]);
  let fd = ask(command.createLink, attributes);
  if (fd < 0 && kind === 'xdp' && lastErrno() === errno.EOPNOTSUPP) {
    write32(attributes, 12, genericMode);
    fd = ask(command.createLink, attributes);
  }
  return fd < 0 ? { errno: lastErrno() } : { fd };
}

/** The descriptor of the link, or the errno. Other programs of the group stay, and are called as well. */
export function attachToCgroup(
  hook: CgroupHook,
  programFd: number,
  cgroupFd: number,
): { readonly fd: number } | { readonly errno: number } {
  const attributes = new Uint8Array(attributeBytes);
  write32(attributes, 0, programFd);
  write32(attributes, 4, cgroupFd);
  write32(attributes, 8, attachTypes[hook]);
  const fd = ask(command.createLink, attributes);
  return fd < 0 ? { errno: lastErrno() } : { fd };
}

/** It says of each packet how many bytes of it the socket sees. */
export function attachToSocket(socketFd: number, programFd: number): void {
  setOption(socketFd, attachProgramOption, programFd);
}

function elementOf(mapFd: number, key: Uint8Array): Uint8Array {
  const attributes = new Uint8Array(attributeBytes);
  write32(attributes, 0, mapFd);
  write64(attributes, 8, addressOf(key));
  return attributes;
}

function ask(number: number, attributes: Uint8Array): number {
  return systemCall(bpfNumber, number, attributes, attributes.length);
}

function checked(number: number, attributes: Uint8Array, what: string): number {
  return checkCall(ask(number, attributes), 'bpf', what);
}
