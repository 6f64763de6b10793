/**
 * One watched flow, followed by the packets that leave and reach its two nodes. Of the node that
 * sends: what leaves is its data, what reaches it are acknowledgments. Of the other: the reverse.
 */
import type { Ip } from '../../src/base/address.ts';
import { readU16, readU32 } from '../../src/base/bytes.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { tcpFlag, tcpOffset } from '../../src/wire/tcp.ts';
import type { PlannedWatch } from '../plan/plan.ts';
import { hasRightChecksum, identityOf, type PacketView, payloadAt } from './packet-view.ts';
import type { NoteWatch } from './records.ts';
import { createRoundTrips, noteAcknowledgment, noteData, type RoundTrips } from './round-trips.ts';
import { createSightings, noteLeft, recognise, type Sightings } from './sightings.ts';
import { createAssembly, noteSegment, noteSyn, type StreamAssembly } from './stream-assembly.ts';

export interface Follower {
  readonly flow: string;
  readonly protocol: number;
  readonly port: number | undefined;
  readonly ends: Readonly<Record<FlowEnd, ReadonlySet<Ip>>>;
  readonly others: ReadonlySet<Ip>;
  readonly sightings: Sightings;
  /** By connection, as it is seen at that end. */
  readonly assemblies: Map<string, StreamAssembly>;
  readonly trips: Map<string, RoundTrips>;
  isOpen: boolean;
  isFragmented: boolean;
}

/** At which end of the flow a packet is seen. */
export type FlowEnd = 'to' | 'from';

export function createFollower(watch: PlannedWatch): Follower {
  return {
    flow: watch.name,
    protocol: ipProtocol[watch.protocol],
    port: watch.port,
    ends: { from: new Set(watch.from.addresses), to: new Set(watch.to.addresses) },
    others: new Set(watch.others),
    sightings: createSightings(),
    assemblies: new Map(),
    trips: new Map(),
    isOpen: false,
    isFragmented: false,
  };
}

/** A packet leaves the node of that end. */
export function followLeaving(
  follower: Follower,
  end: FlowEnd,
  nowNs: number,
  packet: PacketView,
  note: NoteWatch,
): void {
  if (!isBetween(follower, end, packet.source, packet.destination)) return;
  const bodyAt = bodyOf(follower, packet, note);
  if (bodyAt === undefined) return;
  if (!follower.isOpen) {
    follower.isOpen = true;
    note('flow.opened', { flow: follower.flow });
  }
  if (end === 'from') followSent(follower, nowNs, packet, bodyAt, note);
}

/** A packet reaches the node of that end. */
export function followArriving(
  follower: Follower,
  end: FlowEnd,
  nowNs: number,
  packet: PacketView,
  note: NoteWatch,
): void {
  if (!isBetween(follower, end, packet.destination, packet.source)) return;
  const bodyAt = bodyOf(follower, packet, note);
  if (bodyAt === undefined) return;
  if (!hasRightChecksum(packet)) note('datagram.corrupt', { flow: follower.flow });
  else if (end === 'to') followReceived(follower, packet, bodyAt, note);
  else followAnswer(follower, nowNs, packet, note);
}

/** Behind a NAT box the far end has another address, but never that of a third host. */
function isBetween({ ends, others }: Follower, end: FlowEnd, near: Ip, far: Ip): boolean {
  return ends[end].has(near) && !others.has(far);
}

/** Where the payload begins, if the packet is of this flow. */
function bodyOf(follower: Follower, packet: PacketView, note: NoteWatch): number | undefined {
  const { protocol, port, flow } = follower;
  if (packet.protocol !== protocol) return undefined;
  if (packet.isFragment) {
    if (!follower.isFragmented) note('flow.fragmented', { flow });
    follower.isFragmented = true;
    return undefined;
  }
  const bodyAt = payloadAt(packet);
  const { bytes, at } = packet;
  const isOurs =
    port === undefined || readU16(bytes, at) === port || readU16(bytes, at + 2) === port;
  return isOurs ? bodyAt : undefined;
}

function followSent(
  { flow, protocol, sightings, trips }: Follower,
  nowNs: number,
  packet: PacketView,
  bodyAt: number,
  note: NoteWatch,
): void {
  const bytes = packet.end - bodyAt;
  if (protocol === ipProtocol.tcp) {
    if (bytes === 0) return;
    const { destination } = packet;
    const sequence = readU32(packet.bytes, packet.at + tcpOffset.sequence);
    const connection = connectionOf(destination, packet, 0, 2);
    noteData(entryOf(trips, connection, createRoundTrips), nowNs, sequence, bytes);
  }
  note('packets.sent', { flow, n: noteLeft(sightings, nowNs, identityOf(packet)), bytes });
}

function followReceived(
  { flow, protocol, sightings, assemblies }: Follower,
  packet: PacketView,
  bodyAt: number,
  note: NoteWatch,
): void {
  const bytes = packet.end - bodyAt;
  if (protocol === ipProtocol.udp) {
    const found = recognise(sightings, identityOf(packet));
    const delivered = found?.isDouble ? 0 : bytes;
    note('packets.received', { flow, n: found?.n ?? 0, bytes, delivered });
    return;
  }
  const assembly = entryOf(assemblies, connectionOf(packet.source, packet, 2, 0), createAssembly);
  const sequence = readU32(packet.bytes, packet.at + tcpOffset.sequence);
  const isSyn = (packet.bytes[packet.at + tcpOffset.flags]! & tcpFlag.syn) !== 0;
  if (isSyn) noteSyn(assembly, sequence);
  if (bytes === 0) return;
  const found = recognise(sightings, identityOf(packet));
  const delivered = noteSegment(assembly, isSyn ? sequence + 1 : sequence, bytes);
  note('packets.received', { flow, n: found?.n ?? 0, bytes, delivered });
}

function followAnswer(
  { flow, protocol, trips }: Follower,
  nowNs: number,
  packet: PacketView,
  note: NoteWatch,
): void {
  if (protocol !== ipProtocol.tcp) return;
  if ((packet.bytes[packet.at + tcpOffset.flags]! & tcpFlag.ack) === 0) return;
  const known = trips.get(connectionOf(packet.source, packet, 2, 0));
  if (known === undefined) return;
  const acknowledgment = readU32(packet.bytes, packet.at + tcpOffset.acknowledgment);
  const rttNs = noteAcknowledgment(known, nowNs, acknowledgment);
  if (rttNs !== undefined) note('packets.acknowledged', { flow, rttNs });
}

/** The far end's address and port, and the near one's port, as they are seen here. */
function connectionOf(far: Ip, { bytes, at }: PacketView, nearPortAt: number, farPortAt: number) {
  return `${far} ${readU16(bytes, at + farPortAt)} ${readU16(bytes, at + nearPortAt)}`;
}

function entryOf<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = create();
  map.set(key, value);
  return value;
}
