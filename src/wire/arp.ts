/**
 * ARP for IPv4 over Ethernet (RFC 826). Other hardware, protocols and operations are malformed here.
 *
 *   0       2       4  5  6       8
 *   +-------+-------+--+--+-------+
 *   | htype | ptype | 6| 4| oper  |
 *   +-------+-------+--+--+-------+-----------+
 *   | sender hardware address     | sender IP |   8, 14
 *   +-----------------------------+-----------+
 *   | target hardware address     | target IP |   18, 24
 *   +-----------------------------+-----------+
 */
import { formatIp, type Ipv4, readIpv4 } from '../base/address.ts';
import { readU16, readU32, readU48, writeU16, writeU32, writeU48 } from '../base/bytes.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { type Malformed, malformed } from './malformed.ts';

export const arpOffset = {
  hardwareType: 0,
  protocolType: 2,
  addressLengths: 4,
  operation: 6,
  senderMac: 8,
  senderIp: 14,
  targetMac: 18,
  targetIp: 24,
} as const;
export const arpBytes = 28;

/** Hardware type 1 (Ethernet), protocol type 0x0800 (IPv4). */
const ethernetIpv4 = 0x0001_0800;
/** Hardware addresses of 6 bytes, protocol addresses of 4. */
const addressLengths = 0x0604;
const operations = { 1: 'request', 2: 'reply' } as const;

export interface Arp {
  readonly operation: 'request' | 'reply';
  readonly senderMac: Mac;
  readonly senderIp: Ipv4;
  /** In a request: not known, ignored by who answers. */
  readonly targetMac: Mac;
  readonly targetIp: Ipv4;
}

export function parseArp(bytes: Uint8Array, at: number, end: number): Arp | Malformed {
  if (end - at < arpBytes) return malformed(`ARP: ${end - at} of 28 bytes`);
  const types = readU32(bytes, at + arpOffset.hardwareType);
  const lengths = readU16(bytes, at + arpOffset.addressLengths);
  if (types !== ethernetIpv4 || lengths !== addressLengths) {
    return malformed('ARP: not for IPv4 over Ethernet');
  }
  const operation = readU16(bytes, at + arpOffset.operation);
  if (operation !== 1 && operation !== 2) return malformed(`ARP: operation ${operation}`);
  return {
    operation: operations[operation],
    senderMac: readU48(bytes, at + arpOffset.senderMac) as Mac,
    senderIp: readIpv4(bytes, at + arpOffset.senderIp),
    targetMac: readU48(bytes, at + arpOffset.targetMac) as Mac,
    targetIp: readIpv4(bytes, at + arpOffset.targetIp),
  };
}

export function emitArp(bytes: Uint8Array, at: number, arp: Arp): number {
  writeU32(bytes, at + arpOffset.hardwareType, ethernetIpv4);
  writeU16(bytes, at + arpOffset.addressLengths, addressLengths);
  writeU16(bytes, at + arpOffset.operation, arp.operation === 'request' ? 1 : 2);
  writeU48(bytes, at + arpOffset.senderMac, arp.senderMac);
  writeU32(bytes, at + arpOffset.senderIp, arp.senderIp);
  writeU48(bytes, at + arpOffset.targetMac, arp.targetMac);
  writeU32(bytes, at + arpOffset.targetIp, arp.targetIp);
  return at + arpBytes;
}

export function describeArp(arp: Arp): string {
  const [sender, target] = [formatIp(arp.senderIp), formatIp(arp.targetIp)];
  return arp.operation === 'request'
    ? `arp who has ${target}, tell ${sender}`
    : `arp ${sender} is at ${formatMac(arp.senderMac)}`;
}
