/** A NAT box (RFC 4787, 5382, 5508, 7857) as the two hooks of an IP machine. */
import type { Ipv4 } from '../../src/base/address.ts';
import type { Random } from '../../src/base/random.ts';
import type { Middlebox } from '../../src/ip/middlebox.ts';
import type { RecordSink } from '../../src/trace/record.ts';
import type { NatSettings } from '../schema/nat-settings.ts';

/** Gets `nat.mapped`, `nat.expired`, `nat.dropped`, `nat.exhausted`, `nat.rebooted`. */
export type NatSink = RecordSink;

export interface NatOptions {
  readonly settings: NatSettings;
  isInside(interfaceIndex: number): boolean;
  /** All IPv4 addresses of the outside interfaces; each inside host keeps to one of them (RFC 4787 REQ-2). */
  readonly outsideAddresses: readonly Ipv4[];
  readonly random: Random;
  readonly sink: NatSink;
}

export interface Nat extends Middlebox {
  readonly options: NatOptions;
}

/** One row of the box's table, for reports and for people. */
export interface NatMapping {
  readonly protocol: 'udp' | 'tcp' | 'icmp';
  /** `192.168.1.2:5000`; of an ICMP query the identifier stands for the port. */
  readonly internal: string;
  readonly external: string;
  /** The part of the remote endpoint that the mapping is for: nothing, an address, an address and port. */
  readonly remote: string | null;
  readonly expiresNs: number;
}

export function createNat(options: NatOptions): Nat {
  return { options, beforeRouting: () => 'accept', afterRouting: () => 'accept' };
}

/** Power off and on: every mapping is lost. */
export function reboot(_nat: Nat, _nowNs: number): void {}

/** The mappings alive at that moment. */
export function listMappings(_nat: Nat, _nowNs: number): NatMapping[] {
  return [];
}
