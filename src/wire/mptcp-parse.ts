/** Reading an option of MPTCP: its drawing stands in mptcp.ts. */
import { readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, readU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';
import {
  type DataMapping,
  type DataNumber,
  dssFlag,
  type MptcpOption,
  mptcpOffset,
  numberBytes,
} from './mptcp.ts';
import { tcpOptionKind } from './tcp-options.ts';

/** The option in [at, end): exactly one. */
export function parseMptcp(bytes: Uint8Array, at: number, end: number): MptcpOption | Malformed {
  const length = end - at;
  const isSound =
    length >= 3 && bytes[at] === tcpOptionKind.mptcp && bytes[at + mptcpOffset.length] === length;
  if (!isSound) return malformed(`MPTCP: no option of ${length} bytes`);
  const parse = parsers[bytes[at + mptcpOffset.subtype]! >>> 4];
  return parse?.(bytes, at, length) ?? wrongLength(bytes, at, length);
}

type Parse = (bytes: Uint8Array, at: number, length: number) => MptcpOption | undefined;

/** By subtype. */
const parsers: readonly Parse[] = [
  parseCapable,
  parseJoin,
  parseDss,
  parseAddAddress,
  parseRemoveAddress,
  (bytes, at, length) =>
    length === 3 ? { kind: 'priority', isBackup: (bytes[at + 2]! & 1) !== 0 } : undefined,
  (bytes, at, length) =>
    length === 12 ? { kind: 'fail', dataSequence: readNumber(bytes, at + 4, true) } : undefined,
  (bytes, at, length) =>
    length === 12 ? { kind: 'fast-close', receiverKey: bytes.slice(at + 4, at + 12) } : undefined,
  (bytes, at, length) =>
    length === 4
      ? { kind: 'reset', isTransient: (bytes[at + 2]! & 1) !== 0, reason: bytes[at + 3]! }
      : undefined,
];

function wrongLength(bytes: Uint8Array, at: number, length: number): Malformed {
  return malformed(`MPTCP: subtype ${bytes[at + mptcpOffset.subtype]! >>> 4} of ${length} bytes`);
}

function parseCapable(bytes: Uint8Array, at: number, length: number): MptcpOption | undefined {
  const known = length === 4 || length === 12 || length === 20 || length === 22 || length === 24;
  if (!known) return undefined;
  return {
    kind: 'capable',
    version: bytes[at + mptcpOffset.subtype]! & 15,
    flags: bytes[at + mptcpOffset.flags]!,
    senderKey: length >= 12 ? bytes.slice(at + 4, at + 12) : undefined,
    receiverKey: length >= 20 ? bytes.slice(at + 12, at + 20) : undefined,
    dataLength: length >= 22 ? readU16(bytes, at + 20) : undefined,
    checksum: length === 24 ? readU16(bytes, at + 22) : undefined,
  };
}

function parseJoin(bytes: Uint8Array, at: number, length: number): MptcpOption | undefined {
  const isBackup = (bytes[at + mptcpOffset.subtype]! & 1) !== 0;
  const addressId = bytes[at + mptcpOffset.flags]!;
  if (length === 12) {
    const token = readU32(bytes, at + 4);
    return { kind: 'join-syn', isBackup, addressId, token, nonce: readU32(bytes, at + 8) };
  }
  if (length === 16) {
    const hmac = bytes.slice(at + 4, at + 12);
    return { kind: 'join-syn-ack', isBackup, addressId, hmac, nonce: readU32(bytes, at + 12) };
  }
  return length === 24 ? { kind: 'join-ack', hmac: bytes.slice(at + 4, at + 24) } : undefined;
}

function parseDss(bytes: Uint8Array, at: number, length: number): MptcpOption | undefined {
  if (length < 4) return undefined;
  const flags = bytes[at + mptcpOffset.flags]!;
  const hasAck = (flags & dssFlag.hasAck) !== 0;
  const hasMapping = (flags & dssFlag.hasMapping) !== 0;
  const ackBytes = hasAck ? numberBytes((flags & dssFlag.isAck8) !== 0) : 0;
  const isWide = (flags & dssFlag.isSequence8) !== 0;
  const least = 4 + ackBytes + (hasMapping ? numberBytes(isWide) + 6 : 0);
  const hasChecksum = hasMapping && length === least + 2;
  if (length !== least && !hasChecksum) return undefined;
  return {
    kind: 'dss',
    isDataFin: (flags & dssFlag.dataFin) !== 0,
    acknowledgment: hasAck ? readNumber(bytes, at + 4, ackBytes === 8) : undefined,
    mapping: hasMapping ? readMapping(bytes, at + 4 + ackBytes, isWide, hasChecksum) : undefined,
  };
}

function readMapping(
  bytes: Uint8Array,
  at: number,
  isWide: boolean,
  hasChecksum: boolean,
): DataMapping {
  const behind = at + numberBytes(isWide);
  return {
    dataSequence: readNumber(bytes, at, isWide),
    subflowSequence: readU32(bytes, behind),
    length: readU16(bytes, behind + 4),
    checksum: hasChecksum ? readU16(bytes, behind + 6) : undefined,
  };
}

function readNumber(bytes: Uint8Array, at: number, isWide: boolean): DataNumber {
  if (!isWide) return { high: undefined, low: readU32(bytes, at) };
  return { high: readU32(bytes, at), low: readU32(bytes, at + 4) };
}

function parseAddAddress(bytes: Uint8Array, at: number, length: number): MptcpOption | undefined {
  const isEcho = (bytes[at + mptcpOffset.subtype]! & 1) !== 0;
  const body = length - 4 - (isEcho ? 0 : 8);
  const isV4 = body === 4 || body === 6;
  if (!isV4 && body !== 16 && body !== 18) return undefined;
  const portAt = at + 4 + (isV4 ? 4 : 16);
  return {
    kind: 'add-address',
    addressId: bytes[at + mptcpOffset.flags]!,
    address: isV4 ? readIpv4(bytes, at + 4) : readIpv6(bytes, at + 4),
    port: body % 4 === 2 ? readU16(bytes, portAt) : undefined,
    hmac: isEcho ? undefined : bytes.slice(at + length - 8, at + length),
  };
}

function parseRemoveAddress(
  bytes: Uint8Array,
  at: number,
  length: number,
): MptcpOption | undefined {
  if (length < 4) return undefined;
  return { kind: 'remove-address', addressIds: [...bytes.subarray(at + 3, at + length)] };
}
