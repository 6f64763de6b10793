/** The Ethernet header in front of every packet in here: IP starts at `ipAt`, with or without a link layer. */
import { type Ip, isIpv4 } from '../base/address.ts';
import { broadcastMac, type Mac } from '../base/mac.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../wire/ethernet.ts';
import type { IpInterface, Neighbour } from './state.ts';

export const ipAt = ethernetHeaderBytes;

const half = 0x100_0000;

export function highHalf(mac: Mac | undefined): number {
  return mac === undefined ? 0 : Math.floor(mac / half);
}

export function lowHalf(mac: Mac | undefined): number {
  return mac === undefined ? 0 : mac % half;
}

/** Source and destination of a frame; its type stands already. Hot: no 48-bit arithmetic. */
export function writeUnicastMacs(
  bytes: Uint8Array,
  iface: IpInterface,
  neighbour: Neighbour,
): void {
  write24(bytes, ethernetOffset.destination, neighbour.macHigh24);
  write24(bytes, ethernetOffset.destination + 3, neighbour.macLow24);
  write24(bytes, ethernetOffset.source, iface.macHigh24);
  write24(bytes, ethernetOffset.source + 3, iface.macLow24);
}

export function writeMacs(bytes: Uint8Array, iface: IpInterface, destination: Mac): void {
  write24(bytes, ethernetOffset.destination, highHalf(destination));
  write24(bytes, ethernetOffset.destination + 3, lowHalf(destination));
  write24(bytes, ethernetOffset.source, iface.macHigh24);
  write24(bytes, ethernetOffset.source + 3, iface.macLow24);
}

export function writeEtherType(bytes: Uint8Array, type: number): void {
  bytes[ethernetOffset.type] = type >>> 8;
  bytes[ethernetOffset.type + 1] = type;
}

/** The type that the IP header at `ipAt` asks for. */
export function etherTypeOf(bytes: Uint8Array): number {
  return bytes[ipAt]! >>> 4 === 4 ? etherType.ipv4 : etherType.ipv6;
}

/** Whether the frame was addressed to this interface alone: hot, so no 48-bit arithmetic. */
export function isToMac(bytes: Uint8Array, iface: IpInterface): boolean {
  return (
    read24(bytes, ethernetOffset.destination + 3) === iface.macLow24 &&
    read24(bytes, ethernetOffset.destination) === iface.macHigh24
  );
}

/** Broadcast or multicast on the link. */
export function isToGroupMac(bytes: Uint8Array): boolean {
  return (bytes[ethernetOffset.destination]! & 1) === 1;
}

/** RFC 1112 6.4 and RFC 2464 7; the broadcast address for all else. */
export function groupMacOf(group: Ip): Mac {
  if (!isIpv4(group)) {
    const low = group.charCodeAt(6) * 65_536 + group.charCodeAt(7);
    return (0x3333_0000_0000 + low) as Mac;
  }
  if (group >>> 28 !== 0xe) return broadcastMac;
  return (0x0100_5e00_0000 + (group & 0x7f_ffff)) as Mac;
}

function read24(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

function write24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
}
