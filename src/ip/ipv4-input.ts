/** IPv4 packets that come in: for us, for others by the fast way, or through a middlebox. */
import { readIpv4 } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import { type Frame, releaseFrame } from '../base/frame.ts';
import { ipv4Offset, whyNotIpv4 } from '../wire/ipv4.ts';
import { deliverPacket } from './deliver.ts';
import { destinationOfArrived } from './destinations.ts';
import { decrementTtl, forwardPacket } from './forward.ts';
import { ipAt } from './link-header.ts';
import { isFresh, transmitTo } from './neighbours.ts';
import { keepHead } from './quote.ts';
import { isFragmentV4, reassembleV4 } from './reassemble.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import type { Destination, IpInterface, IpMachine } from './state.ts';

/** RFC 1112 4: 224.0.0.1, which every host is in. */
const allHosts = 0xe000_0001;

/** Takes the frame over; `groupFrame`: it was a broadcast or multicast of the link. */
export function receiveIpv4(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  frame: Frame,
  groupFrame: boolean,
  sink: IpSink,
): void {
  const { bytes } = frame;
  const reason = whyNotIpv4(bytes, ipAt, frame.length) ?? whyMartian(bytes);
  if (reason !== undefined) {
    discard(machine, iface, frame, reason, sink);
    return;
  }
  frame.length = ipAt + readU16(bytes, ipAt + ipv4Offset.totalLength);
  if (machine.middlebox !== undefined) {
    receiveThroughMiddlebox(machine, nowNs, iface, frame, groupFrame, sink);
    return;
  }
  const address = readIpv4(bytes, ipAt + ipv4Offset.destination);
  const to = destinationOfArrived(machine, address);
  if (to.kind === 'unicast' && machine.forwards && !groupFrame) {
    if (forwardFast(nowNs, frame, to, sink)) return;
    const passage = { arrivedOn: iface, isRewritten: false, largestFragmentBytes: Infinity };
    forwardPacket(machine, nowNs, frame, to, passage, sink);
    return;
  }
  receiveOwn(machine, nowNs, iface, frame, to, groupFrame, false, sink);
}

/** Hot: nothing here allocates. False: something is in the way, nothing was changed. */
function forwardFast(nowNs: number, frame: Frame, to: Destination, sink: IpSink): boolean {
  const { neighbour } = to;
  if (neighbour === undefined || !isFresh(neighbour, nowNs)) return false;
  const { iface } = neighbour;
  const { bytes } = frame;
  if (!iface.up || frame.length - ipAt > iface.mtuBytes) return false;
  if (bytes[ipAt + ipv4Offset.ttl]! <= 1) return false;
  if (staysHere(bytes, ipAt + ipv4Offset.source)) return false;
  if (staysHere(bytes, ipAt + ipv4Offset.destination)) return false;
  decrementTtl(bytes);
  transmitTo(neighbour, frame, sink);
  return true;
}

/** 0.0.0.0/8 and 169.254.0.0/16 (RFC 6890). */
function staysHere(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0 || (bytes[at] === 169 && bytes[at + 1] === 254);
}

/** RFC 1812 5.3.7: a source that is no single host, a destination that never leaves one. */
function whyMartian(bytes: Uint8Array): string | undefined {
  const sourceHead = bytes[ipAt + ipv4Offset.source]!;
  const destinationHead = bytes[ipAt + ipv4Offset.destination]!;
  if (sourceHead >= 224 || sourceHead === 127) return 'IPv4: a martian source';
  return destinationHead === 127 ? 'IPv4: a loopback destination' : undefined;
}

/** What is for us, or for nobody. */
function receiveOwn(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  frame: Frame,
  to: Destination,
  groupFrame: boolean,
  isRewritten: boolean,
  sink: IpSink,
): void {
  switch (to.kind) {
    case 'local':
      if (groupFrame) break;
      deliverPacket(machine, nowNs, iface, frame, false, sink);
      return;
    case 'broadcast':
      if (!isForLink(to, iface)) break;
      deliverPacket(machine, nowNs, iface, frame, true, sink);
      return;
    case 'multicast':
      if (!iface.groups.has(to.address) && to.address !== allHosts) break;
      deliverPacket(machine, nowNs, iface, frame, true, sink);
      return;
    case 'unreachable': {
      if (!machine.forwards || groupFrame) break;
      const passage = { arrivedOn: iface, isRewritten, largestFragmentBytes: Infinity };
      forwardPacket(machine, nowNs, frame, to, passage, sink);
      return;
    }
    case 'unicast':
      break;
    default:
      to.kind satisfies never;
  }
  releaseFrame(machine.pool, frame);
}

/** The limited broadcast, or the one of this link's own network (RFC 2644: no other is passed on). */
function isForLink(to: Destination, iface: IpInterface): boolean {
  return to.address === 0xffff_ffff || to.iface === iface;
}

/** As src/ip/middlebox.ts draws it. */
function receiveThroughMiddlebox(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface,
  frame: Frame,
  groupFrame: boolean,
  sink: IpSink,
): void {
  let whole = frame;
  let largestFragmentBytes = Infinity;
  if (isFragmentV4(frame.bytes)) {
    const done = reassembleV4(machine, nowNs, iface, frame, sink);
    if (done === undefined) return;
    whole = done.frame;
    largestFragmentBytes = done.largestFragmentBytes;
  }
  const { bytes, length } = whole;
  keepHead(machine, whole);
  if (machine.middlebox!.beforeRouting(nowNs, bytes, ipAt, length, iface.index) === 'drop') {
    releaseFrame(machine.pool, whole);
    return;
  }
  const to = destinationOfArrived(machine, readIpv4(bytes, ipAt + ipv4Offset.destination));
  if (to.kind === 'unicast' && machine.forwards && !groupFrame) {
    const passage = { arrivedOn: iface, isRewritten: true, largestFragmentBytes };
    forwardPacket(machine, nowNs, whole, to, passage, sink);
    return;
  }
  receiveOwn(machine, nowNs, iface, whole, to, groupFrame, true, sink);
}

function discard(
  machine: IpMachine,
  iface: IpInterface,
  frame: Frame,
  reason: string,
  sink: IpSink,
): void {
  recordDiscard(sink, iface, reason);
  releaseFrame(machine.pool, frame);
}
