/** Packets that this machine makes: route, source, header, and onto the way. */
import { type Ip, isIpv4, isLinkLocal } from '../base/address.ts';
import { type Frame, releaseFrame, takeFrame } from '../base/frame.ts';
import { ipv4HeaderBytes } from '../wire/ipv4.ts';
import { ipv6HeaderBytes } from '../wire/ipv6.ts';
import { destinationOf, isLoopback, ownerOf } from './destinations.ts';
import { cutIpv4, cutIpv6 } from './fragment.ts';
import { type OwnHeader, writeIpv4, writeIpv6 } from './ip-header.ts';
import { ipAt } from './link-header.ts';
import type { SendOutcome } from './outcome.ts';
import { pathMtuTo } from './path-mtu.ts';
import type { IpSink } from './sink.ts';
import { chooseSource } from './source-choice.ts';
import type { Destination, IpInterface, IpMachine } from './state.ts';
import { settleDeadline } from './timers.ts';
import { transmitPacket } from './transmit.ts';

/** RFC 1700's recommended default. */
export const defaultTtl = 64;
/** Both length fields have 16 bits. */
const mostBytes = 65_535;
/** About what a kernel takes; more than nothing, so that two sockets here can't stop the time. */
const loopbackNs = 10_000;

export interface OwnPacket {
  /** Left out: chosen by the route. */
  readonly source?: Ip | undefined;
  readonly destination: Ip;
  readonly protocol: number;
  readonly ttl?: number | undefined;
  readonly dontFragment?: boolean | undefined;
  /** RFC 3168 5: of the IP header; left out: 0. */
  readonly ecn?: number | undefined;
  /** Leaves by this interface, whatever the routes say. */
  readonly interfaceIndex?: number | undefined;
  /** With its checksum, where the protocol has one. */
  readonly payload: Uint8Array;
}

export function sendPacket(
  machine: IpMachine,
  nowNs: number,
  packet: OwnPacket,
  sink: IpSink,
): SendOutcome {
  const { destination, protocol, payload } = packet;
  const way = chooseWay(machine, destination, packet.source, packet.interfaceIndex);
  if (typeof way === 'string') return way;
  const source = packet.source ?? chooseSource(machine, way);
  if (source === undefined) return 'no-route';
  const { ttl = defaultTtl, dontFragment = false } = packet;
  const header = { source, destination, protocol, ttl, dontFragment, ecn: packet.ecn };
  const frame = beginPacket(machine, nowNs, way, header, payload.length);
  if (frame === undefined) return 'message-too-long';
  frame.bytes.set(payload, payloadAt(destination));
  finishPacket(machine, nowNs, way, frame, true, sink);
  return 'sent';
}

/** The way a packet takes, by what it is bound to. */
export function chooseWay(
  machine: IpMachine,
  destination: Ip,
  source: Ip | undefined,
  interfaceIndex: number | undefined,
): Destination | SendOutcome {
  const owner = source === undefined ? undefined : ownerOf(machine, source);
  if (source !== undefined && owner === undefined && !isLoopback(source)) return 'source-not-ours';
  const bound = interfaceIndex === undefined ? undefined : machine.interfaces[interfaceIndex];
  if (interfaceIndex !== undefined && bound?.up !== true) return 'interface-down';
  const only = bound ?? preferredBy(machine, destination, owner);
  const way = destinationOf(machine, destination, only);
  if (way.kind === 'local') return way;
  if (only !== undefined && !only.up) return 'interface-down';
  const other = bound === undefined && only !== undefined && way.kind === 'unreachable';
  const chosen = other ? destinationOf(machine, destination, undefined) : way;
  const isStranded = source !== undefined && isLoopback(source);
  if (chosen.kind === 'unreachable' || isStranded) return 'no-route';
  return chosen.iface?.up === true ? chosen : 'interface-down';
}

/**
 * RFC 1122 3.3.4.2: a host with several links sends by the one whose address it uses (the strong model);
 * who forwards sends by the best route (the weak one). A link-local address is of one link anyway.
 */
function preferredBy(
  machine: IpMachine,
  destination: Ip,
  owner: IpInterface | undefined,
): IpInterface | undefined {
  return machine.forwards && !isLinkLocal(destination) ? undefined : owner;
}

export function payloadAt(destination: Ip): number {
  return ipAt + (isIpv4(destination) ? ipv4HeaderBytes : ipv6HeaderBytes);
}

/** A frame with the IP header written; undefined where the packet may not be cut and is too large. */
export function beginPacket(
  machine: IpMachine,
  nowNs: number,
  way: Destination,
  header: OwnHeader,
  payloadBytes: number,
): Frame | undefined {
  const isV4 = isIpv4(header.destination);
  const packetBytes = payloadBytes + (isV4 ? ipv4HeaderBytes : ipv6HeaderBytes);
  if ((isV4 ? packetBytes : payloadBytes) > mostBytes) return undefined;
  if (isV4 && header.dontFragment && packetBytes > limitOf(machine, nowNs, way)) return undefined;
  const frame = takeFrame(machine.pool, ipAt + packetBytes);
  if (isV4) writeIpv4(machine, frame, header);
  else writeIpv6(frame, header);
  return frame;
}

function limitOf(machine: IpMachine, nowNs: number, way: Destination): number {
  if (way.kind === 'local' || way.iface === undefined) return mostBytes;
  return pathMtuTo(machine, nowNs, way.address, way.iface.mtuBytes);
}

/** Sends the whole packet, cut where it must be. `translated`: the middlebox sees it. */
export function finishPacket(
  machine: IpMachine,
  nowNs: number,
  way: Destination,
  frame: Frame,
  translated: boolean,
  sink: IpSink,
): void {
  const { iface } = way;
  if (way.kind === 'local' || iface === undefined) {
    loopBack(machine, nowNs, frame, iface);
    return;
  }
  if (translated && !passes(machine, nowNs, frame, iface)) {
    releaseFrame(machine.pool, frame);
    return;
  }
  const limit = limitOf(machine, nowNs, way);
  if (frame.length - ipAt <= limit) {
    transmitPacket(machine, nowNs, way, frame, undefined, undefined, sink);
    return;
  }
  for (const piece of cut(machine, frame, limit)) {
    transmitPacket(machine, nowNs, way, piece, undefined, undefined, sink);
  }
}

function passes(machine: IpMachine, nowNs: number, frame: Frame, iface: IpInterface): boolean {
  if (machine.middlebox === undefined) return true;
  const { bytes, length } = frame;
  const { middlebox } = machine;
  const verdict = middlebox.afterRouting(nowNs, bytes, ipAt, length, undefined, iface.index);
  return verdict === 'accept';
}

function cut(machine: IpMachine, frame: Frame, limit: number): Frame[] {
  if (frame.bytes[ipAt]! >>> 4 === 4) return cutIpv4(machine.pool, frame, limit);
  machine.nextIdentification = (machine.nextIdentification + 1) >>> 0;
  return cutIpv6(machine.pool, frame, limit, machine.nextIdentification);
}

function loopBack(
  machine: IpMachine,
  nowNs: number,
  frame: Frame,
  iface: IpInterface | undefined,
): void {
  machine.loopback.push({ dueNs: nowNs + loopbackNs, frame, iface });
  settleDeadline(machine);
}
