/**
 * The box's memory. A mapping joins an internal endpoint to an external one. A session is one
 * conversation over a mapping, with one remote endpoint. A permission is what the filter knows:
 * until when packets from that remote (as much of it as the filter looks at) may come in.
 */
import { formatIp, type Ipv4 } from '../../src/base/address.ts';
import type { Random } from '../../src/base/random.ts';
import type { RecordSink } from '../../src/trace/record.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import type { NatSettings } from '../schema/nat-settings.ts';
import { addressOfKey, flowKey, keepRemote, portOfKey } from './nat-key.ts';
import type { PacketFields } from './nat-packet.ts';
import type { Mapping, Permission, Session } from './nat-session.ts';
import { createShortcuts, emptyShortcuts, type Shortcuts } from './nat-shortcut.ts';
import { notePacket } from './nat-timers.ts';

export interface InternalEndpoint {
  readonly sessions: Map<number, Session>;
  /** The newest mapping for each key: an older one lives on in its sessions. */
  readonly mappings: Map<number, Mapping>;
  /** What it asked for: packets to whomever leave by it (RFC 6887 11.3). */
  leased: Mapping | undefined;
}

export interface ExternalPort {
  readonly sessions: Map<number, Session>;
  /** More than one only where ports are overloaded. */
  readonly mappings: Mapping[];
  /** Strangers that a box with an open input took note of, and until when. */
  readonly strays: Map<number, number>;
}

export interface NatTable {
  readonly settings: NatSettings;
  readonly random: Random;
  readonly sink: RecordSink;
  readonly internals: Map<number, InternalEndpoint>;
  readonly externals: Map<number, ExternalPort>;
  readonly shortcuts: Shortcuts;
  /** Where sequential allocation goes on, by IP protocol. */
  readonly nextPorts: Map<number, number>;
  /** Which block of ports an inner address has, in the order of their first packets. */
  readonly blocks: Map<Ipv4, number>;
  /** Entries made since the last sweep, and how many it left. */
  madeSinceSweep: number;
  keptBySweep: number;
}

export function createTable(settings: NatSettings, random: Random, sink: RecordSink): NatTable {
  return {
    settings,
    random,
    sink,
    internals: new Map(),
    externals: new Map(),
    shortcuts: createShortcuts(),
    nextPorts: new Map(),
    blocks: new Map(),
    madeSinceSweep: 0,
    keptBySweep: 0,
  };
}

export function clearTable(table: NatTable): void {
  table.internals.clear();
  table.externals.clear();
  emptyShortcuts(table.shortcuts);
  table.nextPorts.clear();
  table.blocks.clear();
  table.madeSinceSweep = 0;
  table.keptBySweep = 0;
}

export function internalEndpointOf(
  table: NatTable,
  protocol: number,
  address: Ipv4,
  port: number,
): InternalEndpoint {
  const key = flowKey(protocol, address, port);
  const known = table.internals.get(key);
  if (known !== undefined) return known;
  const made: InternalEndpoint = { sessions: new Map(), mappings: new Map(), leased: undefined };
  table.internals.set(key, made);
  return made;
}

export function externalPortOf(
  table: NatTable,
  protocol: number,
  address: Ipv4,
  port: number,
): ExternalPort {
  const key = flowKey(protocol, address, port);
  const known = table.externals.get(key);
  if (known !== undefined) return known;
  const made: ExternalPort = { sessions: new Map(), mappings: [], strays: new Map() };
  table.externals.set(key, made);
  return made;
}

export function addMapping(table: NatTable, mapping: Mapping): void {
  const { protocol, internal, internalPort, external, externalPort } = mapping;
  externalPortOf(table, protocol, external, externalPort).mappings.push(mapping);
  const owner = internalEndpointOf(table, protocol, internal, internalPort);
  owner.mappings.set(mapping.remoteKey, mapping);
}

/**
 * A conversation that begins. The inside's own session with that remote endpoint stands where there
 * is a live one: a second mapping that lets the same remote in does not take it over.
 */
export function addSession(
  table: NatTable,
  nowNs: number,
  mapping: Mapping,
  remote: number,
  permission: Permission,
): Session {
  const session: Session = {
    mapping,
    remote,
    permission,
    phase: 'new',
    heardInside: false,
    expiresNs: permission.expiresNs,
  };
  const { protocol, internal, internalPort, external, externalPort } = mapping;
  const owner = internalEndpointOf(table, protocol, internal, internalPort);
  const port = externalPortOf(table, protocol, external, externalPort);
  const standing = owner.sessions.get(remote);
  if (standing !== undefined || port.sessions.has(remote)) emptyShortcuts(table.shortcuts);
  if (standing === undefined || standing.expiresNs <= nowNs) owner.sessions.set(remote, session);
  port.sessions.set(remote, session);
  table.madeSinceSweep++;
  return session;
}

/** Lets a packet of a session restart its timers, or a closing TCP connection shorten them. */
export function noteOnSession(
  table: NatTable,
  nowNs: number,
  session: Session,
  packet: PacketFields,
  fromInside: boolean,
): void {
  const { protocol } = session.mapping;
  const flags = packet.tcpFlags;
  const untilNs = notePacket(session, table.settings, nowNs, protocol, fromInside, flags);
  if (untilNs === session.expiresNs && untilNs === session.permission.expiresNs) return;
  const shortens = untilNs < session.expiresNs;
  session.expiresNs = untilNs;
  if (shortens) reckonAnew(table, session);
  else extend(session, untilNs);
}

function extend(session: Session, untilNs: number): void {
  const { permission, mapping } = session;
  if (permission.expiresNs < untilNs) permission.expiresNs = untilNs;
  if (mapping.expiresNs < untilNs) mapping.expiresNs = untilNs;
}

/** What a shortened session leaves to the others that share its permission and its mapping. */
function reckonAnew(table: NatTable, { mapping, permission }: Session): void {
  const { protocol, external, externalPort, permissions } = mapping;
  permission.expiresNs = 0;
  for (const other of externalPortOf(table, protocol, external, externalPort).sessions.values()) {
    if (other.permission === permission && other.expiresNs > permission.expiresNs) {
      permission.expiresNs = other.expiresNs;
    }
  }
  mapping.expiresNs = mapping.leaseUntilNs;
  for (const { expiresNs } of permissions.values()) {
    if (expiresNs > mapping.expiresNs) mapping.expiresNs = expiresNs;
  }
}

/** RFC 4787 5: the filter lets a remote in while its permission lasts. */
export function livePermission(
  table: NatTable,
  nowNs: number,
  mapping: Mapping,
  remote: number,
): Permission | undefined {
  const permission = mapping.permissions.get(keepRemote(table.settings.filtering, remote));
  if (permission !== undefined && permission.expiresNs > nowNs) return permission;
  return mapping.leaseUntilNs > nowNs ? { expiresNs: nowNs } : undefined;
}

export interface MappingText {
  readonly protocol: 'udp' | 'tcp' | 'icmp';
  readonly internal: string;
  readonly external: string;
  readonly remote: string | null;
}

export function describeMapping(settings: NatSettings, mapping: Mapping): MappingText {
  const { protocol, internal, internalPort, external, externalPort, remoteKey } = mapping;
  return {
    protocol: nameProtocol(protocol),
    internal: `${formatIp(internal)}:${internalPort}`,
    external: `${formatIp(external)}:${externalPort}`,
    remote: mapping.leaseUntilNs > 0 ? null : describeRemote(settings, remoteKey),
  };
}

function nameProtocol(protocol: number): MappingText['protocol'] {
  if (protocol === ipProtocol.udp) return 'udp';
  return protocol === ipProtocol.tcp ? 'tcp' : 'icmp';
}

function describeRemote(settings: NatSettings, remoteKey: number): string | null {
  const address = formatIp(addressOfKey(remoteKey));
  switch (settings.mapping) {
    case 'endpoint-independent':
      return null;
    case 'address-dependent':
      return address;
    case 'address-and-port-dependent':
      return `${address}:${portOfKey(remoteKey)}`;
  }
}
