/** The ways through a NAT box: outward, inward, and turned back to where a packet came from. */
import { broadcastIpv4, type Ipv4, isMulticast } from '../../src/base/address.ts';
import { type Firewall, judgeForwarded } from './nat-firewall.ts';
import { errorInward, errorOutward, errorTurned, readQuoted } from './nat-icmp-error.ts';
import { endpointKey, flowKey } from './nat-key.ts';
import { type PacketFields, readPacket, rewriteDestination, rewriteSource } from './nat-packet.ts';
import { externalPortOf, type NatTable } from './nat-table.ts';
import { type DropReason, sessionInward, sessionOutward } from './nat-translation.ts';

export interface NatState {
  readonly table: NatTable;
  readonly firewall: Firewall;
  isInside(interfaceIndex: number): boolean;
  readonly outsideAddresses: readonly Ipv4[];
  /** Since when it has its memory: hosts that asked for ports ask anew after it has lost it. */
  bootNs: number;
  /** The same addresses, to look one up. */
  readonly outside: ReadonlySet<Ipv4>;
  /** The packet at hand and, if it is an ICMP error, the one that it quotes. */
  readonly packet: PacketFields;
  readonly quoted: PacketFields;
}

/** Undefined: it goes on, translated if need be. */
export function translateArriving(
  nat: NatState,
  nowNs: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  arrivedOn: number,
): DropReason | undefined {
  if (bytes[at]! >>> 4 === 6) return undefined;
  const fromInside = nat.isInside(arrivedOn);
  readPacket(nat.packet, bytes, at, end, false);
  if (nat.packet.kind === 'malformed') return 'malformed';
  const { destination } = nat.packet;
  const isOurs = nat.outside.has(destination);
  if (fromInside) return isOurs ? translateTurned(nat, nowNs, bytes, end) : undefined;
  if (isOurs) return translateInward(nat, nowNs, bytes, end);
  return isMulticast(destination) || destination === broadcastIpv4 ? undefined : 'not-for-us';
}

/** Undefined: it goes on, translated if need be. */
export function translateLeaving(
  nat: NatState,
  nowNs: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  arrivedOn: number | undefined,
  leavesBy: number,
): DropReason | undefined {
  const { isInside } = nat;
  const toInside = isInside(leavesBy);
  const fromInside = arrivedOn !== undefined && isInside(arrivedOn);
  if (bytes[at]! >>> 4 === 6) {
    const isWatched = nat.table.settings.ipv6 === 'firewalled' && arrivedOn !== undefined;
    if (!isWatched || toInside === fromInside) return undefined;
    return judgeForwarded(nat.firewall, nowNs, bytes, at, end, fromInside);
  }
  if (toInside || (arrivedOn !== undefined && !fromInside)) return undefined;
  return translateOutward(nat, nowNs, bytes, at, end, arrivedOn === undefined);
}

/** From an inside host, or from the box itself, to the outside. */
function translateOutward(
  nat: NatState,
  nowNs: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  isOwn: boolean,
): DropReason | undefined {
  const { packet, table } = nat;
  const kind = readPacket(packet, bytes, at, end, false);
  switch (kind) {
    case 'flow':
    case 'query': {
      if (isOwn && answersStray(nat, nowNs)) return undefined;
      const session = sessionOutward(table, nowNs, packet, nat.outsideAddresses);
      if (typeof session !== 'object') return session;
      rewriteSource(packet, bytes, session.mapping.external, session.mapping.externalPort);
      return undefined;
    }
    case 'icmp-error':
      return sendError(nat, nowNs, bytes, end, isOwn);
    case 'reply':
      return isOwn ? undefined : 'no-session';
    case 'other':
      return isOwn ? undefined : 'unsupported-protocol';
    case 'fragment':
    case 'malformed':
      return kind;
  }
}

function sendError(
  nat: NatState,
  nowNs: number,
  bytes: Uint8Array,
  end: number,
  isOwn: boolean,
): DropReason | undefined {
  const { packet, quoted, table } = nat;
  const damage = readQuoted(packet, quoted, bytes, end);
  if (damage !== undefined && damage !== 'no-session') return damage;
  // The box's own error about a packet that was never translated says what its receiver knows.
  if (isOwn && nat.outside.has(quoted.destination)) return undefined;
  return damage ?? errorOutward(table, nowNs, packet, quoted, bytes, end);
}

/** From the outside to an address of the box. */
function translateInward(
  nat: NatState,
  nowNs: number,
  bytes: Uint8Array,
  end: number,
): DropReason | undefined {
  const { packet, quoted, table } = nat;
  const { openInput } = nat.table.settings;
  const kind = packet.kind;
  switch (kind) {
    case 'flow':
    case 'reply': {
      const session = sessionInward(table, nowNs, packet);
      if (typeof session === 'object') {
        const { internal, internalPort } = session.mapping;
        rewriteDestination(packet, bytes, internal, internalPort);
        return undefined;
      }
      if (!openInput || kind === 'reply') return session;
      noteStray(nat, nowNs);
      return undefined;
    }
    case 'icmp-error':
      return (
        readQuoted(packet, quoted, bytes, end) ??
        errorInward(table, nowNs, packet, quoted, bytes, end)
      );
    case 'query':
      return openInput ? undefined : 'unsolicited';
    case 'other':
      return openInput ? undefined : 'unsupported-protocol';
    case 'fragment':
    case 'malformed':
      return kind;
  }
}

/**
 * From the inside to an outside address of the box (RFC 4787 6): out and in again in one step, so that
 * the receiver sees the sender's external endpoint (REQ-9a). What nobody mapped is for the box itself.
 */
function translateTurned(
  nat: NatState,
  nowNs: number,
  bytes: Uint8Array,
  end: number,
): DropReason | undefined {
  const { packet, quoted, table } = nat;
  const { hairpin } = table.settings;
  if (packet.kind === 'icmp-error') {
    if (!hairpin) return 'no-hairpin';
    return (
      readQuoted(packet, quoted, bytes, end) ??
      errorTurned(table, nowNs, packet, quoted, bytes, end)
    );
  }
  if (packet.kind !== 'flow' || !isMappedForHost(nat, nowNs)) return undefined;
  if (!hairpin) return 'no-hairpin';
  const sender = sessionOutward(table, nowNs, packet, nat.outsideAddresses);
  if (typeof sender !== 'object') return sender;
  const { external, externalPort } = sender.mapping;
  rewriteSource(packet, bytes, external, externalPort);
  packet.source = external;
  packet.sourcePort = externalPort;
  const receiver = sessionInward(table, nowNs, packet);
  if (typeof receiver !== 'object') return receiver;
  rewriteDestination(packet, bytes, receiver.mapping.internal, receiver.mapping.internalPort);
  return undefined;
}

/** Whether the packet's destination is the external endpoint of an inside host and not of the box's own. */
function isMappedForHost({ table, packet, outside }: NatState, nowNs: number): boolean {
  const { protocol, destination, destinationPort } = packet;
  const port = table.externals.get(flowKey(protocol, destination, destinationPort));
  return (port?.mappings ?? []).some(
    ({ expiresNs, internal }) => expiresNs > nowNs && !outside.has(internal),
  );
}

/**
 * A Linux box whose INPUT chain accepts strangers confirms a connection of its own for each, and the
 * tuple it occupies is not given to a mapping any more.
 */
function noteStray({ table, packet }: NatState, nowNs: number): void {
  const { protocol, source, sourcePort, destination, destinationPort } = packet;
  const port = externalPortOf(table, protocol, destination, destinationPort);
  const { timers } = table.settings;
  const lifeNs = packet.tcpFlags === 0 ? timers.udpNs : timers.tcpTransitoryNs;
  port.strays.set(endpointKey(source, sourcePort), nowNs + lifeNs);
  table.madeSinceSweep++;
}

/** What the box itself answers to such a stranger goes out as it is. */
function answersStray({ table, packet }: NatState, nowNs: number): boolean {
  const { protocol, source, sourcePort, destination, destinationPort } = packet;
  const port = table.externals.get(flowKey(protocol, source, sourcePort));
  return (port?.strays.get(endpointKey(destination, destinationPort)) ?? 0) > nowNs;
}
