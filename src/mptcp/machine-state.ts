/** What an MPTCP machine remembers, and what it stands on. */
import type { Ip } from '../base/address.ts';
import type { DeadlineEntry } from '../base/deadline-queue.ts';
import type { Random } from '../base/random.ts';
import type { TcpMachine } from '../tcp/machine-state.ts';
import type { MultipathLayer } from '../tcp/multipath.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import type { MptcpSettings } from './settings.ts';

/** An interface of this node with an address that may be a subflow's. */
export interface LocalInterface {
  readonly name: string;
  readonly isUp: boolean;
  readonly addresses: readonly Ip[];
}

/** What the IP layer below says. */
export interface PathGround {
  interfaces(): readonly LocalInterface[];
  /** The source of packets that leave by this interface for there; undefined: no way leads there. */
  sourceFor(destination: Ip, interfaceName: string | undefined): Ip | undefined;
  /** Whether both are in one network of this interface. */
  isOnLink(destination: Ip, interfaceName: string): boolean;
  takePort(address: Ip, interfaceName: string): number | undefined;
  givePort(address: Ip, port: number): void;
}

export interface MptcpMachine {
  /** Of its own timers; the TCP machine below has another. */
  deadlineNs: number;
  readonly tcp: TcpMachine;
  readonly ground: PathGround;
  readonly random: Random;
  readonly subflows: Map<number, Subflow>;
  readonly byToken: Map<number, MptcpConnection>;
  /** By the number of the TCP listener. */
  readonly listening: Map<number, MptcpSettings>;
  readonly timers: { readonly heap: DeadlineEntry<MptcpConnection>[] };
  /** Something happened to them: what follows is done once the TCP machine has returned. */
  readonly stirred: MptcpConnection[];
  /** Their users have something to hear. */
  readonly news: Set<MptcpConnection>;
  readonly standing: Set<MptcpConnection>;
  /** For the trace: what happened to a path since the last settling. */
  readonly reports: PathReport[];
  scratch: Uint8Array<ArrayBuffer>;
  nextNumber: number;
  nextId: number;
}

export interface PathReport {
  readonly kind: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}

export interface MptcpMachineOptions {
  readonly random: Random;
  readonly ground: PathGround;
  readonly makeTcp: (layer: MultipathLayer) => TcpMachine;
}

/** Its user has something to hear. */
export function tell(machine: MptcpMachine, connection: MptcpConnection): void {
  machine.news.add(connection);
}

/** A path may be possible that was not. */
export function stirPaths(machine: MptcpMachine, connection: MptcpConnection): void {
  connection.arePathsDue = true;
  stir(machine, connection);
}

export function stir(machine: MptcpMachine, connection: MptcpConnection): void {
  if (connection.isStirred) return;
  connection.isStirred = true;
  machine.stirred.push(connection);
}
