/** Which session a packet belongs to, on its way out or in; what a packet may open, and why one may not pass. */
import type { Ipv4 } from '../../src/base/address.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { tcpFlag } from '../../src/wire/tcp.ts';
import { expireMapping, sweepIfDue } from './nat-expiry.ts';
import { endpointKey, flowKey, keepRemote } from './nat-key.ts';
import type { PacketFields } from './nat-packet.ts';
import { choosePort, isClaimed } from './nat-ports.ts';
import type { Mapping, Session } from './nat-session.ts';
import { noteInward, noteOutward, recallInward, recallOutward } from './nat-shortcut.ts';
import {
  addMapping,
  addSession,
  describeMapping,
  externalPortOf,
  internalEndpointOf,
  livePermission,
  type NatTable,
  noteOnSession,
} from './nat-table.ts';

export type DropReason =
  /** Nothing is mapped at that port. */
  | 'unsolicited'
  /** The port is mapped, and the filter does not let this remote in. */
  | 'filtered'
  /** It belongs to no session, and such a packet opens none. */
  | 'no-session'
  | 'no-free-port'
  | 'no-outside-address'
  | 'no-hairpin'
  /** Came from outside for an address that is not the box's. */
  | 'not-for-us'
  | 'unsupported-protocol'
  | 'fragment'
  | 'malformed'
  | 'bad-checksum'
  | 'firewalled';

/** The session of a packet from the inside, opened if need be, its timers restarted. */
export function sessionOutward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  outsideAddresses: readonly Ipv4[],
): Session | DropReason {
  sweepIfDue(table, nowNs);
  const remote = endpointKey(packet.destination, packet.destinationPort);
  const session =
    recallOutward(table.shortcuts, nowNs, packet, remote) ??
    findOutward(table, nowNs, packet, remote) ??
    openOutward(table, nowNs, packet, remote, outsideAddresses);
  if (typeof session === 'object') noteOnSession(table, nowNs, session, packet, true);
  return session;
}

function findOutward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  remote: number,
): Session | undefined {
  const { protocol, source, sourcePort } = packet;
  const owner = table.internals.get(flowKey(protocol, source, sourcePort));
  const standing = owner?.sessions.get(remote);
  if (standing === undefined || standing.expiresNs <= nowNs) return undefined;
  noteOutward(table.shortcuts, packet, standing);
  return standing;
}

function openOutward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  remote: number,
  outsideAddresses: readonly Ipv4[],
): Session | DropReason {
  if (isReset(packet)) return 'no-session';
  const mapping =
    findMapping(table, nowNs, packet, remote) ??
    openMapping(table, nowNs, packet, remote, outsideAddresses);
  if (typeof mapping !== 'object') return mapping;
  const filterKey = keepRemote(table.settings.filtering, remote);
  const permission = mapping.permissions.get(filterKey) ?? { expiresNs: nowNs };
  mapping.permissions.set(filterKey, permission);
  return addSession(table, nowNs, mapping, remote, permission);
}

/** RFC 4787 4.1: the mapping that the behaviour would reuse, if answers over it would come back. */
function findMapping(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  remote: number,
): Mapping | undefined {
  const { protocol, source, sourcePort } = packet;
  const owner = internalEndpointOf(table, protocol, source, sourcePort);
  const mapping = owner.leased ?? owner.mappings.get(keepRemote(table.settings.mapping, remote));
  if (mapping === undefined) return undefined;
  if (mapping.expiresNs <= nowNs) {
    expireMapping(table, mapping);
    return undefined;
  }
  const port = externalPortOf(table, protocol, mapping.external, mapping.externalPort);
  return isClaimed(port, nowNs, remote, mapping) ? undefined : mapping;
}

function openMapping(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  remote: number,
  outsideAddresses: readonly Ipv4[],
): Mapping | DropReason {
  const { protocol, source: internal, sourcePort: internalPort } = packet;
  const external = chooseAddress(internal, outsideAddresses);
  if (external === undefined) return 'no-outside-address';
  const externalPort = choosePort(table, nowNs, {
    ...{ protocol, internal, external, internalPort, remote },
  });
  if (externalPort === undefined) {
    table.sink.record('nat.exhausted', { protocol });
    return 'no-free-port';
  }
  const mapping: Mapping = {
    ...{ protocol, internal, internalPort, external, externalPort },
    remoteKey: keepRemote(table.settings.mapping, remote),
    permissions: new Map(),
    ...{ expiresNs: nowNs, leaseUntilNs: 0, leaseNonce: '' },
  };
  addMapping(table, mapping);
  table.sink.record('nat.mapped', { ...describeMapping(table.settings, mapping) });
  return mapping;
}

/** RFC 4787 REQ-2, "paired": a host shows one address, always. The box's own packets keep theirs. */
export function chooseAddress(internal: Ipv4, outsideAddresses: readonly Ipv4[]): Ipv4 | undefined {
  if (outsideAddresses.includes(internal)) return internal;
  return outsideAddresses[internal % outsideAddresses.length];
}

/** The session of a packet from the outside, opened if the filter lets it in. */
export function sessionInward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
): Session | DropReason {
  sweepIfDue(table, nowNs);
  const remote = endpointKey(packet.source, packet.sourcePort);
  const session =
    recallInward(table.shortcuts, nowNs, packet, remote) ??
    findInward(table, nowNs, packet, remote);
  if (typeof session === 'object') noteOnSession(table, nowNs, session, packet, false);
  return session;
}

function findInward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  remote: number,
): Session | DropReason {
  const { protocol, destination, destinationPort } = packet;
  const port = table.externals.get(flowKey(protocol, destination, destinationPort));
  const standing = port?.sessions.get(remote);
  if (standing === undefined || standing.expiresNs <= nowNs) {
    return openInward(table, nowNs, packet, remote, port?.mappings ?? []);
  }
  noteInward(table.shortcuts, packet, standing);
  return standing;
}

function openInward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  remote: number,
  mappings: readonly Mapping[],
): Session | DropReason {
  let reason: DropReason = 'unsolicited';
  for (const mapping of mappings) {
    if (mapping.expiresNs > nowNs) reason = 'filtered';
    const permission = livePermission(table, nowNs, mapping, remote);
    if (permission === undefined) continue;
    if (isReset(packet)) return 'no-session';
    const session = addSession(table, nowNs, mapping, remote, permission);
    if (packet.protocol === ipProtocol.tcp) limitUnanswered(table, nowNs, session);
    return session;
  }
  return reason;
}

/** However long the permission lasts, a connection that the inside never answered is transitory. */
function limitUnanswered(table: NatTable, nowNs: number, session: Session): void {
  const transitoryUntilNs = nowNs + table.settings.timers.tcpTransitoryNs;
  session.expiresNs = Math.min(session.expiresNs, transitoryUntilNs);
}

function isReset(packet: PacketFields): boolean {
  return packet.protocol === ipProtocol.tcp && (packet.tcpFlags & tcpFlag.rst) !== 0;
}
