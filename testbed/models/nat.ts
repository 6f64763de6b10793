/** A NAT box (RFC 4787, 5382, 5508, 7857) as the two hooks of an IP machine. */
import { formatIp, type Ipv4 } from '../../src/base/address.ts';
import type { Random } from '../../src/base/random.ts';
import type { Middlebox, MiddleboxVerdict } from '../../src/ip/middlebox.ts';
import type { RecordSink } from '../../src/trace/record.ts';
import { describeProtocol } from '../../src/wire/ip-protocol.ts';
import type { NatSettings } from '../schema/nat-settings.ts';
import { type NatState, translateArriving, translateLeaving } from './nat-directions.ts';
import { createFirewall } from './nat-firewall.ts';
import { createPacketFields, type PacketFields } from './nat-packet.ts';
import { clearTable, createTable, describeMapping, type MappingText } from './nat-table.ts';
import type { DropReason } from './nat-translation.ts';

/** Gets `nat.mapped`, `nat.expired`, `nat.dropped`, `nat.exhausted`, `nat.rebooted`. */
type NatSink = RecordSink;

export interface NatOptions {
  readonly settings: NatSettings;
  isInside(interfaceIndex: number): boolean;
  /** All IPv4 addresses of the outside interfaces; each inside host keeps to one of them (RFC 4787 REQ-2). */
  readonly outsideAddresses: readonly Ipv4[];
  readonly random: Random;
  readonly bootNs?: number;
  readonly sink: NatSink;
}

export interface Nat extends Middlebox {
  readonly state: NatState;
}

/** One row of the box's table, for reports and for people; of an ICMP query the identifier is the port. */
export interface NatMapping extends MappingText {
  readonly expiresNs: number;
}

export function createNat(options: NatOptions): Nat {
  const { settings, random, sink, outsideAddresses } = options;
  const state: NatState = {
    table: createTable(settings, random, sink),
    firewall: createFirewall(settings),
    isInside: options.isInside,
    outsideAddresses,
    bootNs: options.bootNs ?? 0,
    outside: new Set(outsideAddresses),
    packet: createPacketFields(),
    quoted: createPacketFields(),
  };
  return {
    state,
    beforeRouting: (nowNs, bytes, at, end, arrivedOn) =>
      verdictOf(state, bytes, at, translateArriving(state, nowNs, bytes, at, end, arrivedOn)),
    afterRouting: (nowNs, bytes, at, end, arrivedOn, leavesBy) =>
      verdictOf(
        state,
        bytes,
        at,
        translateLeaving(state, nowNs, bytes, at, end, arrivedOn, leavesBy),
      ),
  };
}

/** Power off and on: every mapping is lost. */
export function reboot(nat: Nat, nowNs: number): void {
  const { table, firewall } = nat.state;
  table.sink.record('nat.rebooted', { mappings: listMappings(nat, nowNs).length });
  nat.state.bootNs = nowNs;
  clearTable(table);
  firewall.flows.clear();
}

/** The mappings alive at that moment. */
export function listMappings(nat: Nat, nowNs: number): NatMapping[] {
  const { settings, externals } = nat.state.table;
  return [...externals.values()]
    .flatMap(({ mappings }) => mappings)
    .filter(({ expiresNs }) => expiresNs > nowNs)
    .map((mapping) => ({
      ...describeMapping(settings, mapping),
      expiresNs: mapping.expiresNs,
    }));
}

function verdictOf(
  nat: NatState,
  bytes: Uint8Array,
  at: number,
  reason: DropReason | undefined,
): MiddleboxVerdict {
  if (reason === undefined) return 'accept';
  const isTranslated = bytes[at]! >>> 4 === 4 && reason !== 'malformed';
  nat.table.sink.record('nat.dropped', {
    reason,
    ...(isTranslated ? describePacket(nat.packet) : {}),
  });
  return 'drop';
}

function describePacket(packet: PacketFields): Record<string, string> {
  const { protocol, source, sourcePort, destination, destinationPort } = packet;
  return {
    protocol: describeProtocol(protocol),
    from: `${formatIp(source)}:${sourcePort}`,
    to: `${formatIp(destination)}:${destinationPort}`,
  };
}
