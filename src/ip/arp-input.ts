/** What an ARP message means to us (RFC 826 "Packet Reception", RFC 5227). */
import { anyIpv4, type Ipv4 } from '../base/address.ts';
import type { Frame } from '../base/frame.ts';
import { isGroupMac } from '../base/mac.ts';
import { type Arp, parseArp } from '../wire/arp.ts';
import { isMalformed } from '../wire/malformed.ts';
import { hasAddress } from './destinations.ts';
import { ipAt, isToGroupMac } from './link-header.ts';
import { neighbourAt } from './neighbour-table.ts';
import { learnNeighbour } from './neighbours.ts';
import { recordConflict, recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import { sendArp } from './solicit.ts';
import type { IpInterface, IpMachine } from './state.ts';

/** Reads the frame only; its owner remains. */
export function receiveArp(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  frame: Frame,
  sink: IpSink,
): void {
  const arp = parseArp(frame.bytes, ipAt, frame.length);
  if (isMalformed(arp)) {
    recordDiscard(sink, iface, arp.malformed);
    return;
  }
  if (isGroupMac(arp.senderMac)) {
    recordDiscard(sink, iface, 'ARP: sender is a group');
    return;
  }
  if (hasAddress(iface, arp.senderIp)) {
    recordConflict(sink, iface, arp.senderIp);
    return;
  }
  const forUs = hasAddress(iface, arp.targetIp);
  const toUsAlone = forUs && arp.operation === 'reply' && !isToGroupMac(frame.bytes);
  heedSender(machine, nowNs, iface, arp, forUs, toUsAlone, sink);
  if (forUs && arp.operation === 'request') answer(machine, iface, arp, sink);
}

/** RFC 826: an entry that exists is brought up to date by any message; a new one needs a question to us. */
function heedSender(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  arp: Arp,
  forUs: boolean,
  confirmed: boolean,
  sink: IpSink,
): void {
  const { senderIp, senderMac } = arp;
  if (senderIp === anyIpv4) return;
  const known = iface.neighbours.get(senderIp);
  const asksUs = forUs && arp.operation === 'request';
  const neighbour = known ?? (asksUs ? neighbourAt(machine, iface, senderIp) : undefined);
  if (neighbour === undefined) return;
  learnNeighbour(machine, nowNs, neighbour, senderMac, confirmed, sink);
}

function answer(machine: IpMachine, iface: IpInterface, request: Arp, sink: IpSink): void {
  const reply: Arp = {
    operation: 'reply',
    senderMac: iface.mac!,
    senderIp: request.targetIp,
    targetMac: request.senderMac,
    targetIp: request.senderIp,
  };
  sendArp(machine, iface, reply, request.senderMac, sink);
}

/** RFC 5227 2.3: a request for our own address, which nobody answers and everybody heeds. */
export function announcementOf(iface: IpInterface, address: Ipv4): Arp {
  return {
    operation: 'request',
    senderMac: iface.mac!,
    senderIp: address,
    targetMac: 0 as Arp['targetMac'],
    targetIp: address,
  };
}
