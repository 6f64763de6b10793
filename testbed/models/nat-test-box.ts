/** A NAT box on the bench: what an IP machine around it would do with each packet, and nothing more. */
import { type Ipv4, parseIpv4, readIpv4 } from '../../src/base/address.ts';
import { seedRandom } from '../../src/base/random.ts';
import type { Field } from '../../src/trace/record.ts';
import { type NatOverrides, resolveNat } from '../schema/nat-presets.ts';
import { createNat, type Nat } from './nat.ts';
import { type EndpointText, makeTcp, makeUdp, type Seen, see } from './nat-test-packets.ts';

export const wan = '198.51.100.1';

const insideInterface = 0;
const outsideInterface = 1;

export interface Box {
  readonly nat: Nat;
  readonly records: { readonly kind: string; readonly fields: Readonly<Record<string, Field>> }[];
}

/** `port-restricted` with these behaviours instead: nothing is overloaded, and nothing turned back. */
export function createBox(overrides: NatOverrides = {}, seed = 1, outside = [wan]): Box {
  const records: Box['records'] = [];
  const nat = createNat({
    settings: resolveNat('port-restricted', { hairpin: false, ...overrides }),
    isInside: (index) => index === insideInterface,
    outsideAddresses: outside.map((text) => parseIpv4(text) as Ipv4),
    random: seedRandom(seed, 'nat'),
    sink: { record: (kind, fields) => void records.push({ kind, fields }) },
  });
  return { nat, records };
}

/** A packet from the inside; what leaves the box, or undefined. The bytes are changed in place. */
export function passOutward(box: Box, nowNs: number, packet: Uint8Array): Seen | undefined {
  const { beforeRouting, afterRouting } = box.nat;
  const end = packet.length;
  if (beforeRouting(nowNs, packet, 0, end, insideInterface) === 'drop') return undefined;
  const leavesBy = isInner(packet) ? insideInterface : outsideInterface;
  const verdict = afterRouting(nowNs, packet, 0, end, insideInterface, leavesBy);
  return verdict === 'drop' ? undefined : see(packet);
}

/** A packet from the outside; what reaches the inside or, still for the box's address, the box itself. */
export function passInward(box: Box, nowNs: number, packet: Uint8Array): Seen | undefined {
  const { beforeRouting, afterRouting } = box.nat;
  const end = packet.length;
  if (beforeRouting(nowNs, packet, 0, end, outsideInterface) === 'drop') return undefined;
  if (!isInner(packet)) return see(packet);
  const verdict = afterRouting(nowNs, packet, 0, end, outsideInterface, insideInterface);
  return verdict === 'drop' ? undefined : see(packet);
}

/** A packet that the box made itself. */
export function passOwn(box: Box, nowNs: number, packet: Uint8Array): Seen | undefined {
  const leavesBy = isInner(packet) ? insideInterface : outsideInterface;
  const verdict = box.nat.afterRouting(nowNs, packet, 0, packet.length, undefined, leavesBy);
  return verdict === 'drop' ? undefined : see(packet);
}

/** 192.168.0.0/16 is inside. */
function isInner(packet: Uint8Array): boolean {
  return readIpv4(packet, 16) >>> 16 === 0xc0a8;
}

/** The external endpoint that a datagram of the inside shows. */
export function udpOut(
  box: Box,
  nowNs: number,
  from: EndpointText,
  to: EndpointText,
): EndpointText | undefined {
  return passOutward(box, nowNs, makeUdp(from, to))?.from;
}

/** Where a datagram from the outside ends up. */
export function udpIn(
  box: Box,
  nowNs: number,
  from: EndpointText,
  to: EndpointText,
): EndpointText | undefined {
  return passInward(box, nowNs, makeUdp(from, to))?.to;
}

export function tcpOut(box: Box, nowNs: number, from: string, to: string, flags: number) {
  return passOutward(box, nowNs, makeTcp(from, to, flags))?.from;
}

export function tcpIn(box: Box, nowNs: number, from: string, to: string, flags: number) {
  return passInward(box, nowNs, makeTcp(from, to, flags))?.to;
}

/** Why packets were dropped, in order. */
export function dropReasons(box: Box): Field[] {
  return box.records
    .filter(({ kind }) => kind === 'nat.dropped')
    .map(({ fields }) => fields['reason']!);
}
