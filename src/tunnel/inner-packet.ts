/** What a tunnel asks of the packets that it carries: whether they are any, and of which flow. */
import type { Ip } from '../base/address.ts';
import { readU16, readU32 } from '../base/bytes.ts';
import { makeIpPacket } from '../ip/empty-packet.ts';
import { addressIn } from '../ip/packet-address.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Fragment, ipv4HeaderBytes, ipv4Offset, whyNotIpv4 } from '../wire/ipv4.ts';
import { ipv6Offset, whyNotIpv6 } from '../wire/ipv6.ts';

/** RFC 3692: for experiments. A greeting is a packet too: who knows nothing of it passes it over. */
const greetingProtocol = 253;

/** Undefined: it is a packet, and no more than one. */
export function whyNoPacket(packet: Uint8Array): string | undefined {
  if (packet.length === 0) return 'empty';
  const isV4 = packet[0]! >>> 4 === 4;
  const reason = isV4 ? whyNotIpv4(packet, 0, packet.length) : whyNotIpv6(packet, 0, packet.length);
  if (reason !== undefined) return reason;
  const length = isV4
    ? readU16(packet, ipv4Offset.totalLength)
    : 40 + readU16(packet, ipv6Offset.payloadLength);
  return length === packet.length ? undefined : `${packet.length - length} bytes behind it`;
}

/** The same for both directions of a flow; fragments go by their addresses, as ports are in the first only. */
export function flowNumber(packet: Uint8Array): number {
  const isV4 = packet[0]! >>> 4 === 4;
  const [at, bytes] = isV4 ? [ipv4Offset.source, 4] : [ipv6Offset.source, 16];
  let number = sumWords(packet, at, bytes) ^ sumWords(packet, at + bytes, bytes);
  const upper = findUpperLayer(packet, 0, packet.length);
  const isPiece = upper === undefined || upper.fragment !== undefined || isIpv4Piece(packet);
  const hasPorts = upper?.protocol === ipProtocol.udp && !isPiece && upper.at + 4 <= packet.length;
  if (hasPorts) number ^= readU16(packet, upper.at) ^ readU16(packet, upper.at + 2);
  // Fibonacci hashing: neighbours are to fall apart.
  return Math.imul(number, 0x9e37_79b1) >>> 0;
}

function sumWords(packet: Uint8Array, at: number, bytes: number): number {
  let sum = 0;
  for (let word = 0; word < bytes; word += 4) sum = (sum + readU32(packet, at + word)) | 0;
  return sum;
}

function isIpv4Piece(packet: Uint8Array): boolean {
  if (packet[0]! >>> 4 !== 4) return false;
  const word = readU16(packet, ipv4Offset.fragment);
  return (word & (ipv4Fragment.more | ipv4Fragment.offsetMask)) !== 0;
}

/** The first packet of a tunnel: whose it is, by a request that counts once. */
export function makeGreeting(source: Ip, request: Uint8Array): Uint8Array {
  const way = { source, destination: source };
  const { packet, at } = makeIpPacket(way, greetingProtocol, request.length, 0);
  packet.set(request, at);
  return packet;
}

/** Undefined: it is no greeting. */
export function readGreeting(
  packet: Uint8Array,
): { readonly source: Ip; readonly request: Uint8Array } | undefined {
  if (packet[0]! >>> 4 !== 4 || packet[ipv4Offset.protocol] !== greetingProtocol) return undefined;
  return { source: addressIn(packet, 'source'), request: packet.slice(ipv4HeaderBytes) };
}
