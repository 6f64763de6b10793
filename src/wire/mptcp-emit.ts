/** Writing an option of MPTCP: its drawing stands in mptcp.ts. */
import { isIpv4, writeIp } from '../base/address.ts';
import { writeU16, writeU32 } from '../base/bytes.ts';
import {
  type DataMapping,
  type DataNumber,
  dssFlag,
  type MptcpOption,
  type MptcpOptionOf,
  mptcpOffset,
  mptcpSubtype,
  numberBytes,
} from './mptcp.ts';
import { tcpOptionKind } from './tcp-options.ts';

/** The length of the option, without padding. */
export function measureMptcp(option: MptcpOption): number {
  switch (option.kind) {
    case 'capable':
      if (option.senderKey === undefined) return 4;
      if (option.receiverKey === undefined) return 12;
      if (option.dataLength === undefined) return 20;
      return option.checksum === undefined ? 22 : 24;
    case 'join-syn':
      return 12;
    case 'join-syn-ack':
      return 16;
    case 'join-ack':
      return 24;
    case 'dss':
      return 4 + measureNumber(option.acknowledgment) + measureMapping(option.mapping);
    case 'add-address':
      return (
        4 +
        (isIpv4(option.address) ? 4 : 16) +
        (option.port === undefined ? 0 : 2) +
        (option.hmac === undefined ? 0 : 8)
      );
    case 'remove-address':
      return 3 + option.addressIds.length;
    case 'priority':
      return 3;
    case 'fail':
    case 'fast-close':
      return 12;
    case 'reset':
      return 4;
  }
}

function measureNumber(number: DataNumber | undefined): number {
  return number === undefined ? 0 : numberBytes(number.high !== undefined);
}

function measureMapping(mapping: DataMapping | undefined): number {
  if (mapping === undefined) return 0;
  return measureNumber(mapping.dataSequence) + 6 + (mapping.checksum === undefined ? 0 : 2);
}

/** Without padding. */
export function emitMptcp(bytes: Uint8Array, at: number, option: MptcpOption): number {
  const end = at + measureMptcp(option);
  bytes[at] = tcpOptionKind.mptcp;
  bytes[at + mptcpOffset.length] = end - at;
  switch (option.kind) {
    case 'capable':
      emitCapable(bytes, at, option);
      break;
    case 'join-syn':
      writeHead(bytes, at, mptcpSubtype.join, option.isBackup ? 1 : 0, option.addressId);
      writeU32(bytes, at + 4, option.token);
      writeU32(bytes, at + 8, option.nonce);
      break;
    case 'join-syn-ack':
      writeHead(bytes, at, mptcpSubtype.join, option.isBackup ? 1 : 0, option.addressId);
      bytes.set(option.hmac, at + 4);
      writeU32(bytes, at + 12, option.nonce);
      break;
    case 'join-ack':
      writeHead(bytes, at, mptcpSubtype.join, 0, 0);
      bytes.set(option.hmac, at + 4);
      break;
    case 'dss':
      emitDss(bytes, at, option);
      break;
    case 'add-address':
      emitAddAddress(bytes, at, end, option);
      break;
    case 'remove-address':
      bytes[at + mptcpOffset.subtype] = mptcpSubtype.removeAddress << 4;
      bytes.set(option.addressIds, at + 3);
      break;
    case 'priority':
      bytes[at + mptcpOffset.subtype] = (mptcpSubtype.priority << 4) | (option.isBackup ? 1 : 0);
      break;
    case 'fail':
      writeHead(bytes, at, mptcpSubtype.fail, 0, 0);
      writeNumber(bytes, at + 4, option.dataSequence);
      break;
    case 'fast-close':
      writeHead(bytes, at, mptcpSubtype.fastClose, 0, 0);
      bytes.set(option.receiverKey, at + 4);
      break;
    case 'reset':
      writeHead(bytes, at, mptcpSubtype.reset, option.isTransient ? 1 : 0, option.reason);
      break;
    default:
      option satisfies never;
  }
  return end;
}

function writeHead(
  bytes: Uint8Array,
  at: number,
  subtype: number,
  low: number,
  fourth: number,
): void {
  bytes[at + mptcpOffset.subtype] = (subtype << 4) | low;
  bytes[at + mptcpOffset.flags] = fourth;
}

function emitCapable(bytes: Uint8Array, at: number, option: MptcpOptionOf<'capable'>): void {
  writeHead(bytes, at, mptcpSubtype.capable, option.version, option.flags);
  if (option.senderKey !== undefined) bytes.set(option.senderKey, at + 4);
  if (option.receiverKey !== undefined) bytes.set(option.receiverKey, at + 12);
  if (option.dataLength !== undefined) writeU16(bytes, at + 20, option.dataLength);
  if (option.checksum !== undefined) writeU16(bytes, at + 22, option.checksum);
}

function emitDss(bytes: Uint8Array, at: number, option: MptcpOptionOf<'dss'>): void {
  const { isDataFin, acknowledgment, mapping } = option;
  let flags = isDataFin ? dssFlag.dataFin : 0;
  let next = at + 4;
  if (acknowledgment !== undefined) {
    flags |= dssFlag.hasAck | (acknowledgment.high === undefined ? 0 : dssFlag.isAck8);
    next = writeNumber(bytes, next, acknowledgment);
  }
  if (mapping !== undefined) {
    flags |=
      dssFlag.hasMapping | (mapping.dataSequence.high === undefined ? 0 : dssFlag.isSequence8);
    next = writeNumber(bytes, next, mapping.dataSequence);
    writeU32(bytes, next, mapping.subflowSequence);
    writeU16(bytes, next + 4, mapping.length);
    if (mapping.checksum !== undefined) writeU16(bytes, next + 6, mapping.checksum);
  }
  writeHead(bytes, at, mptcpSubtype.dss, 0, flags);
}

function writeNumber(bytes: Uint8Array, at: number, { high, low }: DataNumber): number {
  if (high === undefined) {
    writeU32(bytes, at, low);
    return at + 4;
  }
  writeU32(bytes, at, high);
  writeU32(bytes, at + 4, low);
  return at + 8;
}

function emitAddAddress(
  bytes: Uint8Array,
  at: number,
  end: number,
  option: MptcpOptionOf<'add-address'>,
): void {
  const { address, port, hmac } = option;
  const isEcho = hmac === undefined;
  writeHead(bytes, at, mptcpSubtype.addAddress, isEcho ? 1 : 0, option.addressId);
  writeIp(bytes, at + 4, address);
  if (port !== undefined) writeU16(bytes, at + 4 + (isIpv4(address) ? 4 : 16), port);
  if (hmac !== undefined) bytes.set(hmac, end - 8);
}
