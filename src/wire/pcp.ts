/**
 * Port Control Protocol: a host asks its box for an external port (RFC 6887 7, 11.1).
 *
 *   0        1        2                 4                 8                                   24
 *   +--------+--------+-----------------+-----------------+-----------------------------------+
 *   |   2    |R| op   |   0        0    | lifetime        | client's address           request|
 *   |   2    |1| op   |   0    | result | lifetime        | epoch  | 12 zeros         response|
 *   +--------+--------+--------+--------+-----------------+--------+--------------------------+
 *   | (24) nonce, 12 bytes              |protocol| 0 0 0  | (40) internal  | external port     |
 *   +-----------------------------------+--------+--------+----------------+------------------+
 *   | (44) external address: 16 bytes, IPv4 as ::ffff:0:0/96  | (60) options              - -  |
 *   +---------------------------------------------------------+-------------------------------+
 *
 *   lifetime: seconds that are asked for or granted; 0 deletes. epoch: seconds since the box forgot all.
 */
import { type Ip, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

/** Box and host listen there for PCP and for NAT-PMP: the first byte tells which it is. */
export const portMappingPort = 5_351;
export const pcpVersion = 2;
export const pcpHeaderBytes = 24;
export const pcpMapBytes = 60;
/** RFC 6887 7: no message is longer. */
export const mostPcpBytes = 1_100;
export const pcpOpcode = { announce: 0, map: 1, peer: 2 } as const;
export const pcpOffset = { opcode: 1, result: 3, lifetime: 4, epoch: 8, client: 8 } as const;
export const pcpNonceBytes = 12;

/** RFC 6887 7.4, in order. */
export const pcpResults = [
  'success',
  'unsupported-version',
  'not-authorized',
  'malformed-request',
  'unsupported-opcode',
  'unsupported-option',
  'malformed-option',
  'network-failure',
  'no-resources',
  'unsupported-protocol',
  'user-exceeds-quota',
  'cannot-provide-external',
  'address-mismatch',
  'excessive-remote-peers',
] as const;
export type PcpResult = (typeof pcpResults)[number];

interface PcpMap {
  readonly lifetimeSeconds: number;
  readonly nonce: Uint8Array;
  /** An IP protocol's number. */
  readonly protocol: number;
  readonly internalPort: number;
  readonly externalPort: number;
  readonly externalAddress: Ip;
  readonly options: Uint8Array;
}

export type PcpMessage =
  | (PcpMap & { readonly kind: 'map-request'; readonly client: Ip })
  | (PcpMap & {
      readonly kind: 'map-response';
      readonly result: PcpResult;
      readonly epochSeconds: number;
    });

export function parsePcp(bytes: Uint8Array, at: number, end: number): PcpMessage | Malformed {
  const length = end - at;
  if (length < pcpMapBytes || length > mostPcpBytes || length % 4 !== 0) {
    return malformed(`pcp: ${length} bytes`);
  }
  if (bytes[at] !== pcpVersion) return malformed(`pcp: version ${bytes[at]}`);
  const opcode = bytes[at + pcpOffset.opcode]!;
  if ((opcode & 0x7f) !== pcpOpcode.map) return malformed(`pcp: opcode ${opcode & 0x7f}`);
  const map = parseMap(bytes, at, end);
  if (opcode < 0x80) return { kind: 'map-request', client: readMappedIp(bytes, at + 8), ...map };
  const result = pcpResults[bytes[at + pcpOffset.result]!];
  if (result === undefined) return malformed(`pcp: result ${bytes[at + pcpOffset.result]}`);
  const epochSeconds = readU32(bytes, at + pcpOffset.epoch);
  return { kind: 'map-response', result, epochSeconds, ...map };
}

function parseMap(bytes: Uint8Array, at: number, end: number): PcpMap {
  return {
    lifetimeSeconds: readU32(bytes, at + pcpOffset.lifetime),
    nonce: bytes.slice(at + 24, at + 36),
    protocol: bytes[at + 36]!,
    internalPort: readU16(bytes, at + 40),
    externalPort: readU16(bytes, at + 42),
    externalAddress: readMappedIp(bytes, at + 44),
    options: bytes.slice(at + pcpMapBytes, end),
  };
}

export function measurePcp({ options }: PcpMessage): number {
  return pcpMapBytes + options.length;
}

export function emitPcp(bytes: Uint8Array, at: number, message: PcpMessage): number {
  bytes.fill(0, at, at + pcpMapBytes);
  bytes[at] = pcpVersion;
  writeU32(bytes, at + pcpOffset.lifetime, message.lifetimeSeconds);
  if (message.kind === 'map-request') {
    bytes[at + pcpOffset.opcode] = pcpOpcode.map;
    writeMappedIp(bytes, at + pcpOffset.client, message.client);
  } else {
    bytes[at + pcpOffset.opcode] = 0x80 | pcpOpcode.map;
    bytes[at + pcpOffset.result] = pcpResults.indexOf(message.result);
    writeU32(bytes, at + pcpOffset.epoch, message.epochSeconds);
  }
  bytes.set(message.nonce, at + 24);
  bytes[at + 36] = message.protocol;
  writeU16(bytes, at + 40, message.internalPort);
  writeU16(bytes, at + 42, message.externalPort);
  writeMappedIp(bytes, at + 44, message.externalAddress);
  bytes.set(message.options, at + pcpMapBytes);
  return at + measurePcp(message);
}

/** RFC 4291 2.5.5.2. */
export function readMappedIp(bytes: Uint8Array, at: number): Ip {
  const isMapped = readU16(bytes, at + 10) === 0xffff && bytes.subarray(at, at + 10).every(isZero);
  return isMapped ? readIpv4(bytes, at + 12) : readIpv6(bytes, at);
}

function isZero(byte: number): boolean {
  return byte === 0;
}

export function writeMappedIp(bytes: Uint8Array, at: number, address: Ip): void {
  bytes.fill(0, at, at + 16);
  if (typeof address === 'number') {
    writeU16(bytes, at + 10, 0xffff);
    writeIp(bytes, at + 12, address);
  } else writeIp(bytes, at, address);
}

export function describePcp(message: PcpMessage): string {
  const { internalPort, externalPort, lifetimeSeconds } = message;
  const what = `port ${internalPort} as ${externalPort} for ${lifetimeSeconds} s`;
  return message.kind === 'map-request'
    ? `pcp asks for ${what}`
    : `pcp answers ${message.result}: ${what}`;
}
