/**
 * The UDP header (RFC 768; over IPv6: RFC 8200 8.1).
 *
 *   0               2               4               6               8
 *   +---------------+---------------+---------------+---------------+
 *   |  source port  |   dest. port  |    length     |   checksum    |
 *   +---------------+---------------+---------------+---------------+
 */
import { readU16, writeU16 } from '../base/bytes.ts';
import { computeTransportChecksum, verifyTransportChecksum } from './checksum.ts';
import { ipProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';

export const udpOffset = { sourcePort: 0, destinationPort: 2, length: 4, checksum: 6 } as const;
export const udpHeaderBytes = 8;

export interface UdpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Of header and payload. */
  readonly length: number;
  /** 0: the sender made none (IPv4 only). */
  readonly checksum: number;
}

/** Looks at lengths only: `verifyUdpChecksum` needs the IP header as well. */
export function parseUdp(bytes: Uint8Array, at: number, end: number): UdpHeader | Malformed {
  if (end - at < udpHeaderBytes) return malformed(`UDP: ${end - at} of 8 header bytes`);
  const length = readU16(bytes, at + udpOffset.length);
  if (length < udpHeaderBytes || length > end - at) {
    return malformed(`UDP: length ${length}, ${end - at} bytes there`);
  }
  return {
    sourcePort: readU16(bytes, at + udpOffset.sourcePort),
    destinationPort: readU16(bytes, at + udpOffset.destinationPort),
    length,
    checksum: readU16(bytes, at + udpOffset.checksum),
  };
}

/** The checksum field is written as given. */
export function emitUdp(bytes: Uint8Array, at: number, header: UdpHeader): number {
  writeU16(bytes, at + udpOffset.sourcePort, header.sourcePort);
  writeU16(bytes, at + udpOffset.destinationPort, header.destinationPort);
  writeU16(bytes, at + udpOffset.length, header.length);
  writeU16(bytes, at + udpOffset.checksum, header.checksum);
  return at + udpHeaderBytes;
}

/**
 * What belongs into the checksum field of the datagram in [udpAt, end), whatever stands there now.
 * A sum of zero is sent as all ones, because zero says "none" (RFC 768).
 */
export function udpChecksum(bytes: Uint8Array, ipAt: number, udpAt: number, end: number): number {
  const fieldAt = udpAt + udpOffset.checksum;
  const checksum = computeTransportChecksum(bytes, ipAt, ipProtocol.udp, udpAt, end, fieldAt);
  return checksum === 0 ? 0xffff : checksum;
}

/** No checksum is right over IPv4 (RFC 768) and wrong over IPv6 (RFC 8200 8.1). */
export function verifyUdpChecksum(
  bytes: Uint8Array,
  ipAt: number,
  udpAt: number,
  end: number,
): boolean {
  if (readU16(bytes, udpAt + udpOffset.checksum) === 0) return bytes[ipAt]! >>> 4 === 4;
  return verifyTransportChecksum(bytes, ipAt, ipProtocol.udp, udpAt, end);
}

export function describeUdp(header: UdpHeader): string {
  const { sourcePort, destinationPort, length } = header;
  return `udp ${sourcePort} > ${destinationPort}, ${length - udpHeaderBytes} bytes of payload`;
}
