/** Neighbor solicitations and advertisements that arrive (RFC 4861 7.2.3 to 7.2.5). */
import { type Ipv6, isUnspecified, parseIp, readIpv6 } from '../base/address.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import { isMalformed } from '../wire/malformed.ts';
import {
  type NeighborAdvertisement,
  type NeighborSolicitation,
  parseNeighborDiscovery,
} from '../wire/neighbor-discovery.ts';
import { hasAddress } from './destinations.ts';
import { groupMacOf, ipAt } from './link-header.ts';
import { neighbourAt } from './neighbour-table.ts';
import { becomeStale, confirmNeighbour, learnNeighbour } from './neighbours.ts';
import { recordConflict, recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import { discoveryHopLimit, macOf, sendDiscovery } from './solicit.ts';
import type { IpInterface, IpMachine, Neighbour } from './state.ts';

export const allNodes = parseIp('ff02::1') as Ipv6;

/** The message in [at, end) of the packet at `ipAt`; its checksum is right. Routers' messages are left alone. */
export function receiveDiscovery(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  bytes: Uint8Array,
  at: number,
  end: number,
  sink: IpSink,
): void {
  if (iface.mac === undefined) return;
  if (bytes[ipAt + ipv6Offset.hopLimit] !== discoveryHopLimit) {
    recordDiscard(sink, iface, 'ND: the hop limit is not 255');
    return;
  }
  const message = parseNeighborDiscovery(bytes, at, end);
  if (isMalformed(message)) {
    recordDiscard(sink, iface, message.malformed);
    return;
  }
  const source = readIpv6(bytes, ipAt + ipv6Offset.source);
  if (message.kind === 'neighbor-solicitation') {
    heedSolicitation(machine, nowNs, iface, source, message, sink);
  } else if (message.kind === 'neighbor-advertisement') {
    heedAdvertisement(machine, nowNs, iface, message, sink);
  }
}

function heedSolicitation(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  source: Ipv6,
  solicitation: NeighborSolicitation,
  sink: IpSink,
): void {
  const { target, sourceMac } = solicitation;
  if (!hasAddress(iface, target)) return;
  if (hasAddress(iface, source)) {
    recordConflict(sink, iface, source);
    return;
  }
  if (isUnspecified(source)) {
    advertise(machine, iface, target, undefined, sink);
    return;
  }
  const neighbour = neighbourAt(machine, iface, source);
  if (sourceMac !== undefined) learnNeighbour(machine, nowNs, neighbour, sourceMac, false, sink);
  if (neighbour.state === 'unknown' || neighbour.state === 'incomplete') return;
  advertise(machine, iface, target, neighbour, sink);
}

/** To who asked; to everybody where it is unsolicited, or an answer to who has no address yet. */
export function advertise(
  machine: IpMachine,
  iface: IpInterface,
  target: Ipv6,
  to: Neighbour | undefined,
  sink: IpSink,
): void {
  const destination = to === undefined ? allNodes : (to.address as Ipv6);
  const message: NeighborAdvertisement = {
    kind: 'neighbor-advertisement',
    router: machine.forwards,
    solicited: to !== undefined,
    override: true,
    target,
    targetMac: iface.mac,
  };
  const mac = to === undefined ? groupMacOf(allNodes) : macOf(to);
  sendDiscovery(machine, iface, message, { source: target, destination, mac }, sink);
}

/** RFC 4861 7.2.5, clause by clause. Only entries that exist are touched. */
function heedAdvertisement(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  advertisement: NeighborAdvertisement,
  sink: IpSink,
): void {
  const { target, targetMac, solicited, override } = advertisement;
  if (hasAddress(iface, target)) {
    recordConflict(sink, iface, target);
    return;
  }
  const neighbour = iface.neighbours.get(target);
  if (neighbour === undefined) return;
  const isNew = neighbour.state === 'unknown' || neighbour.state === 'incomplete';
  const differs = targetMac !== undefined && targetMac !== macOf(neighbour);
  if (isNew && targetMac === undefined) return;
  if (!isNew && differs && !override) {
    if (neighbour.state === 'reachable') becomeStale(machine, neighbour);
  } else if (targetMac !== undefined) {
    learnNeighbour(machine, nowNs, neighbour, targetMac, solicited, sink);
  } else if (solicited) {
    confirmNeighbour(machine, nowNs, neighbour);
  }
}
