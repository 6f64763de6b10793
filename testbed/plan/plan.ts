/** Everything that a lab needs to know to set a topology up: no names to look up, nothing left to choose. */
import type { Ip } from '../../src/base/address.ts';
import type { Mac } from '../../src/base/mac.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import type { Settings } from '../../src/host/program.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import type { Engine, EventModel, ForeignModel, NodeKind, Protocol } from '../schema/model.ts';
import type { NatSettings } from '../schema/nat-settings.ts';

export interface Plan {
  readonly scenario: string;
  readonly seed: number;
  /** Counted from the moment all traffic is ready. */
  readonly limitNs: number;
  readonly nodes: readonly PlannedNode[];
  readonly links: readonly PlannedLink[];
  readonly programs: readonly PlannedProgram[];
  readonly watches: readonly PlannedWatch[];
  readonly events: readonly EventModel[];
}

export interface PlannedNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** Routers, NAT boxes and proxies pass packets on; a switch passes frames on and has no addresses. */
  readonly forwards: boolean;
  readonly interfaces: readonly PlannedInterface[];
  readonly routes: readonly PlannedRoute[];
  readonly nat: PlannedNat | undefined;
  /** Of a foreign machine: the interface of ours that leads there. */
  readonly hardware?: string | undefined;
  readonly cpus: number | undefined;
  readonly memoryBytes: number | undefined;
}

export interface PlannedInterface {
  /** The link's name: a node has one interface a link. */
  readonly name: string;
  readonly link: string;
  readonly mac: Mac;
  readonly mtuBytes: number;
  readonly addresses: readonly Prefix[];
  readonly stack: 'kernel' | 'own';
}

/** Networks of the node's own interfaces are implied and not listed. */
export interface PlannedRoute {
  readonly prefix: Prefix;
  readonly interface: string;
  /** Undefined: the destination is on the link itself. */
  readonly gateway: Ip | undefined;
  /** Lower wins; a terminal has a default route for each of its links. */
  readonly metric: number;
}

export interface PlannedNat {
  readonly settings: NatSettings;
  /** Interface names. */
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}

export interface PlannedLink {
  readonly name: string;
  readonly engine: Engine;
  readonly ends: readonly [PlannedEnd, PlannedEnd];
}

export interface PlannedEnd {
  readonly node: string;
  readonly interface: string;
  /** What the link does to frames on their way to this end. */
  readonly arriving: DirectionSettings;
}

export interface PlannedProgram {
  /** The scenario's name for it; `download/source` and `download/sink` for a traffic. */
  readonly id: string;
  readonly node: string;
  readonly run: string | readonly string[];
  readonly settings: Settings;
  /** The traffic that it belongs to. */
  readonly traffic: string | undefined;
  /** The run waits for it to finish; services and background traffic are stopped at the end. */
  readonly awaited: boolean;
  /** It speaks first: it is started `startNs` after every other program said that it is ready. */
  readonly opens: boolean;
  /** Counted from the moment all traffic is ready; 0 for what does not open. */
  readonly startNs: number;
  /** Of a command of somebody else's, whose argv is `run`. */
  readonly foreign?: ForeignModel;
}

/** A flow whose packets are followed at both of its ends. */
export interface PlannedWatch {
  readonly name: string;
  readonly protocol: Protocol;
  /** Of either end; undefined: any. */
  readonly port: number | undefined;
  readonly from: WatchEnd;
  readonly to: WatchEnd;
  /** Addresses of further hosts, which pass nothing on: packets that bear one are not of this flow. */
  readonly others: readonly Ip[];
}

export interface WatchEnd {
  readonly node: string;
  /** Of all its interfaces: behind a NAT box the other end does not see them. */
  readonly addresses: readonly Ip[];
}
