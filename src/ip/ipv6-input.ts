/** IPv6 packets that come in: for us, for others, or through a middlebox. */
import { type Ipv6, isMulticast, isUnspecified, readIpv6 } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import { type Frame, releaseFrame } from '../base/frame.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv6HeaderBytes, ipv6Offset, whyNotIpv6 } from '../wire/ipv6.ts';
import { isNeighborDiscovery } from '../wire/neighbor-discovery.ts';
import { deliverPacket } from './deliver.ts';
import { destinationOf, isLoopback } from './destinations.ts';
import { allNodes } from './discovery-input.ts';
import { forwardPacket } from './forward.ts';
import { ipAt } from './link-header.ts';
import { keepHead } from './quote.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import { discoveryHopLimit, solicitedNodeOf } from './solicit.ts';
import type { IpInterface, IpMachine } from './state.ts';

/** Takes the frame over; `groupFrame`: it was a multicast of the link. */
export function receiveIpv6(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  frame: Frame,
  groupFrame: boolean,
  sink: IpSink,
): void {
  const { bytes } = frame;
  const reason = whyNotIpv6(bytes, ipAt, frame.length) ?? whyMartian(bytes);
  if (reason !== undefined) {
    recordDiscard(sink, iface, reason);
    releaseFrame(machine.pool, frame);
    return;
  }
  frame.length = ipAt + ipv6HeaderBytes + readU16(bytes, ipAt + ipv6Offset.payloadLength);
  const destination = readIpv6(bytes, ipAt + ipv6Offset.destination);
  if (isMulticast(destination)) receiveGroup(machine, nowNs, iface, frame, destination, sink);
  else if (groupFrame) releaseFrame(machine.pool, frame);
  else receiveUnicast(machine, nowNs, iface, frame, sink);
}

/** RFC 4291 2.5.3, 2.7. */
function whyMartian(bytes: Uint8Array): string | undefined {
  const source = readIpv6(bytes, ipAt + ipv6Offset.source);
  if (isMulticast(source) || isLoopback(source)) return 'IPv6: a martian source';
  const destination = readIpv6(bytes, ipAt + ipv6Offset.destination);
  return isLoopback(destination) || isUnspecified(destination)
    ? 'IPv6: a loopback or unspecified destination'
    : undefined;
}

function receiveGroup(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  frame: Frame,
  group: Ipv6,
  sink: IpSink,
): void {
  if (isMember(iface, group)) deliverPacket(machine, nowNs, iface, frame, true, sink);
  else releaseFrame(machine.pool, frame);
}

/** RFC 4291 2.8: every node is in all-nodes and in the solicited-node group of each of its addresses. */
function isMember(iface: IpInterface, group: Ipv6): boolean {
  if (group === allNodes || iface.groups.has(group)) return true;
  return iface.addresses.some(
    ({ address }) => typeof address === 'string' && solicitedNodeOf(address) === group,
  );
}

/** Neighbor Discovery between two nodes of the link: nothing to translate, and no firewall may forbid it. */
function isDiscovery(bytes: Uint8Array): boolean {
  if (bytes[ipAt + ipv6Offset.nextHeader] !== ipProtocol.icmpv6) return false;
  if (bytes[ipAt + ipv6Offset.hopLimit] !== discoveryHopLimit) return false;
  return isNeighborDiscovery(bytes[ipAt + ipv6HeaderBytes]!);
}

function receiveUnicast(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  frame: Frame,
  sink: IpSink,
): void {
  const { bytes, length } = frame;
  const middlebox = isDiscovery(bytes) ? undefined : machine.middlebox;
  if (middlebox !== undefined) keepHead(machine, frame);
  const verdict = middlebox?.beforeRouting(nowNs, bytes, ipAt, length, iface.index);
  if (verdict === 'drop') {
    releaseFrame(machine.pool, frame);
    return;
  }
  const to = destinationOf(machine, readIpv6(bytes, ipAt + ipv6Offset.destination), undefined);
  if (to.kind === 'local') {
    deliverPacket(machine, nowNs, iface, frame, false, sink);
    return;
  }
  if (!machine.forwards || isDiscovery(bytes)) {
    releaseFrame(machine.pool, frame);
    return;
  }
  const passage = {
    arrivedOn: iface,
    isRewritten: middlebox !== undefined,
    largestFragmentBytes: Infinity,
  };
  forwardPacket(machine, nowNs, frame, to, passage, sink);
}
