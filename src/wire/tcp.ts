/**
 * The TCP header (RFC 9293 3.1); its options are in tcp-options.ts.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------------------------------+-------------------------------+
 *   |          source port          |       destination port        |
 *   +-------------------------------+-------------------------------+
 *   |                        sequence number                        |
 *   +---------------------------------------------------------------+
 *   |                     acknowledgment number                     |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *   |  data |       |C|E|U|A|P|R|S|F|                               |
 *   | offset|   0   |W|C|R|C|S|S|Y|I|            window             |
 *   |       |       |R|E|G|K|H|T|N|N|                               |
 *   +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *   |           checksum            |        urgent pointer         |
 *   +-------------------------------+-------------------------------+
 *   |                     options, up to 40 bytes                   |
 *   +---------------------------------------------------------------+
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { computeTransportChecksum, verifyTransportChecksum } from './checksum.ts';
import { ipProtocol } from './ip-protocol.ts';
import { isMalformed, type Malformed, malformed } from './malformed.ts';
import {
  describeTcpOption,
  emitTcpOptions,
  measureTcpOptions,
  parseTcpOptions,
  type TcpOption,
} from './tcp-options.ts';

export const tcpOffset = {
  sourcePort: 0,
  destinationPort: 2,
  sequence: 4,
  acknowledgment: 8,
  /** Header length in 32-bit words in the high half. */
  dataOffset: 12,
  flags: 13,
  window: 14,
  checksum: 16,
  urgentPointer: 18,
  options: 20,
} as const;

/** Without options. */
export const tcpHeaderBytes = 20;

/** With as many as fit (RFC 9293 3.1: the data offset has four bits). */
export const largestTcpHeaderBytes = 60;

export const tcpFlag = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ece: 0x40,
  cwr: 0x80,
} as const;

export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** 20 and the options, up to the next multiple of 4: `measureTcpHeader`. */
  readonly headerBytes: number;
  /** A sum of `tcpFlag` bits. */
  readonly flags: number;
  /** As on the wire, not yet scaled. */
  readonly window: number;
  readonly checksum: number;
  readonly urgentPointer: number;
  /** In the order of the wire, without what follows End of Option List. */
  readonly options: readonly TcpOption[];
}

/** Looks at the header only: `verifyTcpChecksum` needs the IP header as well. */
export function parseTcp(bytes: Uint8Array, at: number, end: number): TcpHeader | Malformed {
  if (end - at < tcpHeaderBytes) return malformed(`TCP: ${end - at} of 20 header bytes`);
  const headerBytes = (bytes[at + tcpOffset.dataOffset]! >>> 4) * 4;
  if (headerBytes < tcpHeaderBytes || headerBytes > end - at) {
    return malformed(`TCP: header length ${headerBytes}, ${end - at} bytes there`);
  }
  const options = parseTcpOptions(bytes, at + tcpOffset.options, at + headerBytes);
  if (isMalformed(options)) return options;
  return {
    sourcePort: readU16(bytes, at + tcpOffset.sourcePort),
    destinationPort: readU16(bytes, at + tcpOffset.destinationPort),
    sequence: readU32(bytes, at + tcpOffset.sequence),
    acknowledgment: readU32(bytes, at + tcpOffset.acknowledgment),
    headerBytes,
    flags: bytes[at + tcpOffset.flags]!,
    window: readU16(bytes, at + tcpOffset.window),
    checksum: readU16(bytes, at + tcpOffset.checksum),
    urgentPointer: readU16(bytes, at + tcpOffset.urgentPointer),
    options,
  };
}

/** The `headerBytes` of a header with these options; more than 60 can't be sent. */
export function measureTcpHeader(options: readonly TcpOption[]): number {
  return tcpHeaderBytes + Math.ceil(measureTcpOptions(options) / 4) * 4;
}

/** Options end with zeros up to `headerBytes`; the checksum field is written as given. */
export function emitTcp(bytes: Uint8Array, at: number, header: TcpHeader): number {
  const end = at + header.headerBytes;
  writeU16(bytes, at + tcpOffset.sourcePort, header.sourcePort);
  writeU16(bytes, at + tcpOffset.destinationPort, header.destinationPort);
  writeU32(bytes, at + tcpOffset.sequence, header.sequence);
  writeU32(bytes, at + tcpOffset.acknowledgment, header.acknowledgment);
  bytes[at + tcpOffset.dataOffset] = (header.headerBytes >>> 2) << 4;
  bytes[at + tcpOffset.flags] = header.flags;
  writeU16(bytes, at + tcpOffset.window, header.window);
  writeU16(bytes, at + tcpOffset.checksum, header.checksum);
  writeU16(bytes, at + tcpOffset.urgentPointer, header.urgentPointer);
  bytes.fill(0, emitTcpOptions(bytes, at + tcpOffset.options, header.options), end);
  return end;
}

/** What belongs into the checksum field of the segment in [tcpAt, end), whatever stands there now. */
export function tcpChecksum(bytes: Uint8Array, ipAt: number, tcpAt: number, end: number): number {
  const fieldAt = tcpAt + tcpOffset.checksum;
  return computeTransportChecksum(bytes, ipAt, ipProtocol.tcp, tcpAt, end, fieldAt);
}

export function verifyTcpChecksum(
  bytes: Uint8Array,
  ipAt: number,
  tcpAt: number,
  end: number,
): boolean {
  return verifyTransportChecksum(bytes, ipAt, ipProtocol.tcp, tcpAt, end);
}

export function describeTcp(header: TcpHeader): string {
  const { sourcePort, destinationPort, sequence, acknowledgment, window, options } = header;
  const words = [describeTcpFlags(header.flags), `seq ${sequence}`];
  if ((header.flags & tcpFlag.ack) !== 0) words.push(`ack ${acknowledgment}`);
  words.push(`win ${window}`, ...options.map(describeTcpOption));
  return `tcp ${sourcePort} > ${destinationPort} ${words.join(', ')}`;
}

/** `syn+ack`, `ack`, `none`. */
export function describeTcpFlags(flags: number): string {
  const set = Object.entries(tcpFlag).filter(([, bit]) => (flags & bit) !== 0);
  return set.map(([name]) => name).join('+') || 'none';
}
