/**
 * The BPF program that tells the frames of claimed ports from all others: unfragmented UDP and TCP over
 * IPv4, and over IPv6 without extension headers. Which ports are claimed stands in a map that may change
 * while the program runs, so that there may be as many as the map has room for.
 *
 * Key of the map: destination address 16 (IPv4 in the first four, rest 0), port 2, protocol 1, family 1, in
 * the order of the wire. Three kinds of entry: a port of one address; a port of all addresses of this node,
 * whose address is 0; an address of this node, whose port and protocol are 0. What is for another node is
 * of no claimed port, unless its destination is a group.
 */
import { type Ip, writeIp } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../wire/ethernet.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4HeaderBytes, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { BpfAssembly } from './bpf-assembly.ts';

export const portMapShape = {
  kind: 'hash',
  keyBytes: 20,
  valueBytes: 4,
  entries: 131_072,
} as const;

export interface PortEntry {
  readonly family: 4 | 6;
  /** Undefined: all of this node. */
  readonly address?: Ip | undefined;
  /** Undefined: the address is one of this node. */
  readonly claim?: { readonly protocol: 'tcp' | 'udp'; readonly port: number } | undefined;
}

export function portMapKey({ family, address, claim }: PortEntry): Uint8Array {
  const key = new Uint8Array(portMapShape.keyBytes);
  if (address !== undefined) writeIp(key, 0, address);
  if (claim !== undefined) {
    writeU16(key, 16, claim.port);
    key[18] = ipProtocol[claim.protocol];
  }
  key[19] = family;
  return key;
}

/** What becomes of a frame: a verdict, or into the AF_XDP socket of its queue. */
export interface PortProgramOptions {
  /** How a packet is read: through the kernel's buffer, or where the driver left it. */
  readonly reads: 'buffer' | 'driver';
  readonly portMapFd: number;
  readonly claimed: number | { readonly socketMapFd: number };
  readonly other: number;
  /** What is for a group is of a port that is claimed for all addresses. */
  readonly claimsGroups: boolean;
}

const helper = { lookUp: 1, redirectToMap: 51 } as const;
/** Below r10: the key; its port, protocol and family are its last word. */
const key = { address: -24, port: -8, protocol: -6, family: -5 } as const;
/** struct xdp_md of linux/bpf.h. */
const context = { data: 0, dataEnd: 4, queue: 16 } as const;
const xdpPass = 2;
const fragmentMask = 0xff3f;
const ip = ethernetHeaderBytes;

export function assemblePortProgram(options: PortProgramOptions): Uint8Array {
  const code = new BpfAssembly();
  code.setRegister(6, 1);
  if (options.reads === 'driver') {
    code.load('word', 7, 6, context.data);
    code.load('word', 9, 6, context.dataEnd);
    requireBytes(code, ip + ipv4HeaderBytes + 4);
  }
  for (const offset of [key.address, key.address + 8]) code.storeNumber('double', 10, offset, 0);
  loadRaw(code, options, 'half', ethernetOffset.type);
  code.jumpIfEqual(0, swap16(etherType.ipv4), 'v4');
  code.jumpIfEqual(0, swap16(etherType.ipv6), 'v6');
  code.jump('other');
  readIpv4(code, options);
  readIpv6(code, options);
  decide(code, options);
  return code.assemble();
}

/** What r8 says when it is done: 1, the destination is a group. */
function readIpv4(code: BpfAssembly, options: PortProgramOptions): void {
  code.label('v4');
  loadRaw(code, options, 'half', ip + ipv4Offset.fragment);
  code.jumpIfAnyBit(0, fragmentMask, 'other');
  readProtocol(code, options, ip + ipv4Offset.protocol, 4);
  loadRaw(code, options, 'word', ip + ipv4Offset.destination);
  code.store('word', 10, key.address, 0);
  readPortBehindOptions(code, options);
  noteGroup(code, options, ip + ipv4Offset.destination, 0xe0, 'decide');
}

function readIpv6(code: BpfAssembly, options: PortProgramOptions): void {
  code.label('v6');
  if (options.reads === 'driver') requireBytes(code, ip + ipv6HeaderBytes + 4);
  readProtocol(code, options, ip + ipv6Offset.nextHeader, 6);
  for (const at of [0, 4, 8, 12]) {
    loadRaw(code, options, 'word', ip + ipv6Offset.destination + at);
    code.store('word', 10, key.address + at, 0);
  }
  loadRaw(code, options, 'half', ip + ipv6HeaderBytes + 2);
  code.store('half', 10, key.port, 0);
  noteGroup(code, options, ip + ipv6Offset.destination, 0xff, 'decide');
}

function readProtocol(
  code: BpfAssembly,
  options: PortProgramOptions,
  at: number,
  family: 4 | 6,
): void {
  loadRaw(code, options, 'byte', at);
  code.store('byte', 10, key.protocol, 0);
  code.storeNumber('byte', 10, key.family, family);
  code.jumpIfEqual(0, ipProtocol.tcp, `port${family}`);
  code.jumpIfNot(0, ipProtocol.udp, 'other');
  code.label(`port${family}`);
}

/** Into r8 how long the header is, whose low half of the first byte counts it in words. */
function readPortBehindOptions(code: BpfAssembly, options: PortProgramOptions): void {
  loadRaw(code, options, 'byte', ip);
  code.andNumber(0, 0x0f);
  code.shiftLeft(0, 2);
  code.setRegister(8, 0);
  if (options.reads === 'buffer') {
    code.loadPacket('half', ip + 2, 8);
    code.toNetworkOrder(0, 16);
  } else {
    code.addRegister(8, 7);
    code.setRegister(1, 8);
    code.addNumber(1, ip + 4);
    code.jumpIfBeyond(1, 9, 'other');
    code.load('half', 0, 8, ip + 2);
  }
  code.store('half', 10, key.port, 0);
}

function noteGroup(
  code: BpfAssembly,
  options: PortProgramOptions,
  at: number,
  least: number,
  then: string,
): void {
  loadRaw(code, options, 'byte', at);
  code.setNumber(8, 1);
  code.jumpIfAtLeast(0, least, options.claimsGroups ? then : 'other');
  code.setNumber(8, 0);
  code.jump(then);
}

function decide(code: BpfAssembly, options: PortProgramOptions): void {
  code.label('decide');
  lookUp(code, options);
  code.jumpIfNot(0, 0, 'claimed');
  code.jumpIfNot(8, 0, 'all');
  code.load('word', 8, 10, key.port);
  code.storeNumber('half', 10, key.port, 0);
  code.storeNumber('byte', 10, key.protocol, 0);
  lookUp(code, options);
  code.jumpIfEqual(0, 0, 'other');
  code.store('word', 10, key.port, 8);
  code.label('all');
  for (const offset of [key.address, key.address + 8]) code.storeNumber('double', 10, offset, 0);
  lookUp(code, options);
  code.jumpIfNot(0, 0, 'claimed');
  code.label('other');
  code.setNumber(0, options.other);
  code.exit();
  code.label('claimed');
  if (typeof options.claimed === 'number') code.setNumber(0, options.claimed);
  else redirect(code, options.claimed.socketMapFd);
  code.exit();
}

/** To the socket of the queue it came by; where there is none, to whom it would have gone. */
function redirect(code: BpfAssembly, socketMapFd: number): void {
  code.loadMap(1, socketMapFd);
  code.load('word', 2, 6, context.queue);
  code.setNumber(3, xdpPass);
  code.call(helper.redirectToMap);
}

function lookUp(code: BpfAssembly, { portMapFd }: PortProgramOptions): void {
  code.loadMap(1, portMapFd);
  code.setRegister(2, 10);
  code.addNumber(2, key.address);
  code.call(helper.lookUp);
}

/** Into r0, in the order of the wire. */
function loadRaw(
  code: BpfAssembly,
  { reads }: PortProgramOptions,
  width: 'byte' | 'half' | 'word',
  at: number,
): void {
  if (reads === 'driver') {
    code.load(width, 0, 7, at);
    return;
  }
  code.loadPacket(width, at);
  if (width !== 'byte') code.toNetworkOrder(0, width === 'half' ? 16 : 32);
}

function requireBytes(code: BpfAssembly, count: number): void {
  code.setRegister(1, 7);
  code.addNumber(1, count);
  code.jumpIfBeyond(1, 9, 'other');
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}
