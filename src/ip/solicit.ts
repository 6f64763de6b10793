/** The frames that ask for link-layer addresses and tell them: ARP (RFC 826) and ND (RFC 4861). */
import { anyIpv4, anyIpv6, type Ipv4, type Ipv6, isIpv4 } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { takeFrame } from '../base/frame.ts';
import { broadcastMac, type Mac } from '../base/mac.ts';
import { type Arp, arpBytes, emitArp } from '../wire/arp.ts';
import { etherType } from '../wire/ethernet.ts';
import { emitIcmpv6, icmpv6Checksum, icmpv6Offset, measureIcmpv6 } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';
import type { NeighborDiscovery } from '../wire/neighbor-discovery.ts';
import { groupMacOf, ipAt, writeEtherType, writeMacs } from './link-header.ts';
import type { IpSink } from './sink.ts';
import { sourceOn } from './source-choice.ts';
import type { IpInterface, IpMachine, Neighbour } from './state.ts';

const half = 0x100_0000;
const unknownMac = 0 as Mac;
/** RFC 4861 4.3: a packet that has been forwarded can't have it. */
export const discoveryHopLimit = 255;

/** Asks the whole link, or only the neighbour itself while its entry is being probed. */
export function solicit(machine: IpMachine, neighbour: Neighbour, sink: IpSink): void {
  const { iface, address } = neighbour;
  if (!iface.up || iface.mac === undefined) return;
  const known = neighbour.state === 'probe' ? macOf(neighbour) : undefined;
  if (isIpv4(address)) askByArp(machine, iface, address, known, sink);
  else askByDiscovery(machine, iface, address, known, sink);
}

function askByArp(
  machine: IpMachine,
  iface: IpInterface,
  targetIp: Ipv4,
  known: Mac | undefined,
  sink: IpSink,
): void {
  const senderIp = (sourceOn(iface, targetIp, targetIp) ?? anyIpv4) as Ipv4;
  const arp = { senderMac: iface.mac!, senderIp, targetMac: unknownMac, targetIp };
  sendArp(machine, iface, { operation: 'request', ...arp }, known ?? broadcastMac, sink);
}

function askByDiscovery(
  machine: IpMachine,
  iface: IpInterface,
  target: Ipv6,
  known: Mac | undefined,
  sink: IpSink,
): void {
  const source = (sourceOn(iface, target, target) ?? anyIpv6) as Ipv6;
  const destination = known === undefined ? solicitedNodeOf(target) : target;
  const sourceMac = source === anyIpv6 ? undefined : iface.mac;
  const message = { kind: 'neighbor-solicitation', target, sourceMac } as const;
  const way = { source, destination, mac: known ?? groupMacOf(destination) };
  sendDiscovery(machine, iface, message, way, sink);
}

export function sendArp(
  machine: IpMachine,
  iface: IpInterface,
  arp: Arp,
  to: Mac,
  sink: IpSink,
): void {
  const frame = takeFrame(machine.pool, ipAt + arpBytes);
  writeMacs(frame.bytes, iface, to);
  writeEtherType(frame.bytes, etherType.arp);
  emitArp(frame.bytes, ipAt, arp);
  sink.transmit(iface.index, frame);
}

export interface DiscoveryWay {
  readonly source: Ipv6;
  readonly destination: Ipv6;
  readonly mac: Mac;
}

export function sendDiscovery(
  machine: IpMachine,
  iface: IpInterface,
  message: NeighborDiscovery,
  way: DiscoveryWay,
  sink: IpSink,
): void {
  const payloadLength = measureIcmpv6(message);
  const frame = takeFrame(machine.pool, ipAt + ipv6HeaderBytes + payloadLength);
  const { bytes } = frame;
  writeMacs(bytes, iface, way.mac);
  writeEtherType(bytes, etherType.ipv6);
  const icmpAt = emitIpv6(bytes, ipAt, {
    trafficClass: 0,
    flowLabel: 0,
    payloadLength,
    nextHeader: ipProtocol.icmpv6,
    hopLimit: discoveryHopLimit,
    source: way.source,
    destination: way.destination,
  });
  const end = emitIcmpv6(bytes, icmpAt, message);
  writeU16(bytes, icmpAt + icmpv6Offset.checksum, icmpv6Checksum(bytes, ipAt, icmpAt, end));
  sink.transmit(iface.index, frame);
}

export function macOf(neighbour: Neighbour): Mac {
  return (neighbour.macHigh24 * half + neighbour.macLow24) as Mac;
}

/** RFC 4291 2.7.1: ff02::1:ff and the last three bytes. */
export function solicitedNodeOf(target: Ipv6): Ipv6 {
  const low = 0xff00 | (target.charCodeAt(6) & 0xff);
  return String.fromCharCode(0xff02, 0, 0, 0, 0, 1, low, target.charCodeAt(7)) as Ipv6;
}
