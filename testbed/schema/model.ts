/**
 * What one case of one variant of a scenario means, after reading: presets and defaults are filled in,
 * `count:` is expanded, every quantity is a plain number in the unit that its name says.
 */
import type { Ip } from '../../src/base/address.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import type { Settings } from '../../src/host/program.ts';
import type { Expression } from './expression.ts';
import type { DirectionSettings } from './link-settings.ts';
import type { NatSettings } from './nat-settings.ts';

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly seed: number;
  /** Samples at the first look. */
  readonly repeat: number;
  readonly looks: PlannedLooks;
  /** Counted from the moment all traffic is ready. */
  readonly limitNs: number;
  readonly topology: Topology;
  readonly programs: readonly ProgramModel[];
  readonly traffic: readonly TrafficModel[];
  readonly watches: readonly WatchModel[];
  readonly events: readonly EventModel[];
  readonly measures: readonly MeasureModel[];
  readonly expectations: readonly ExpectationModel[];
}

/** When the judge looks: after the first so many, and once more after the most, if it must. */
export interface Looks {
  readonly first: number;
  /** As many as `first` where there is one look only. */
  readonly most: number;
}

export interface PlannedLooks {
  readonly samples: Looks;
  /** Of two variants that are compared in real time. */
  readonly pairs: Looks;
}

export interface Topology {
  readonly nodes: readonly NodeModel[];
  readonly links: readonly LinkModel[];
}

export const nodeKinds = [
  ...(['terminal', 'host', 'router', 'nat', 'proxy', 'relay', 'switch', 'access-switch'] as const),
  'hardware',
] as const;
export type NodeKind = (typeof nodeKinds)[number];

export interface NodeModel {
  /** `phone`, or `phone[7]` of a `count:`. */
  readonly name: string;
  /** The key in the YAML: `phone`. */
  readonly group: string;
  readonly kind: NodeKind;
  readonly stack: 'kernel' | 'own';
  readonly nat: (NatSettings & { readonly inside: readonly string[] }) | undefined;
  /** How many addresses of each family each of its interfaces gets, where none are given. */
  readonly addressCount: number;
  /** Given addresses, by link. */
  readonly addresses: Readonly<Record<string, readonly Prefix[]>>;
  /** The link of its default route; undefined: the first listed that leads anywhere. */
  readonly defaultRoute: string | undefined;
  /** Of kind hardware: this machine's interface behind which the foreign machine is. */
  readonly hardware?: string | undefined;
  /** Of kind access-switch. */
  readonly access?: AccessModel | undefined;
  readonly cpus: number | undefined;
  readonly memoryBytes: number | undefined;
}

export const accessModes = ['port-based', 'mac-based'] as const;
export type AccessMode = (typeof accessModes)[number];

export interface AccessModel {
  /** Links to subscribers: whether one account has the port, or each MAC its own. */
  readonly ports: Readonly<Record<string, AccessMode>>;
  readonly accounts: Readonly<Record<string, AccountModel>>;
}

export interface AccountModel {
  readonly password: string;
  readonly groups: readonly Ip[];
}

export type Engine = 'model' | 'kernel' | 'direct';

/** What a run may choose for all of its links. */
export const runEngines = ['model', 'kernel'] as const satisfies readonly Engine[];
export type RunEngine = (typeof runEngines)[number];

export interface LinkModel {
  readonly name: string;
  readonly group: string;
  readonly between: readonly [string, string];
  readonly engine: Engine;
  /** By the node that the direction leads to. */
  readonly toward: Readonly<Record<string, DirectionSettings>>;
  /** What the reader should be told was not asked for: `rate: unlimited`, `queue: 20 packets (default)`. */
  readonly notes: readonly string[];
}

export interface ProgramModel {
  readonly name: string;
  readonly on: string;
  readonly run: string | readonly string[];
  readonly with: Settings;
  /** How a command of somebody else's is started and read; a built-in program has none. */
  readonly foreign?: ForeignModel;
}

export interface ForeignModel {
  /** Relative to the folder of the scenario's file; undefined: the program's own folder of the run. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the folder of the scenario's file; copied into the program's own folder of the run. */
  readonly files: readonly string[];
  readonly ready: ReadyModel;
  /** It comes to an end by itself, and the run waits for that. */
  readonly awaited: boolean;
  /** Counted from when all that listens is ready; undefined: it is among those that must be. */
  readonly startNs: number | undefined;
  readonly reads: ReadsModel | undefined;
}

/** When a command counts as ready: once it runs, once it wrote a line, or once a port of its node listens. */
export type ReadyModel =
  | { readonly kind: 'started' }
  | { readonly kind: 'line'; readonly pattern: LinePattern }
  | { readonly kind: 'port'; readonly port: number; readonly protocol: Protocol };

/** What is looked for in a line: a part of it, or a regular expression. */
export type LinePattern =
  | { readonly kind: 'part'; readonly text: string }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string };

/** Where figures are found in what a command leaves. */
export type ReadsModel =
  | { readonly kind: 'iperf3-json' }
  | { readonly kind: 'exit-code' }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string };

export const protocols = ['tcp', 'udp'] as const;
export type Protocol = (typeof protocols)[number];

/** A flow of somebody else's, followed by its packets on the links. */
export interface WatchModel {
  readonly name: string;
  /** The nodes that payload leaves and reaches. */
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  /** Of either end; undefined: all of that protocol. */
  readonly port: number | undefined;
}

export type Generator = 'stream' | 'request-response' | 'poisson' | 'on-off';

export interface TrafficModel {
  readonly name: string;
  readonly generator: Generator;
  readonly from: string;
  readonly to: string;
  /** Who sends the first packet, which is what opens a NAT box. */
  readonly openedBy: string;
  /** `tcp`: of whatever stack each end has; `own` and `kernel`: both ends of that one; `mptcp`: as `tcp`. */
  readonly transport: 'udp' | 'tcp' | 'own' | 'kernel' | 'mptcp' | 'kernel-mptcp';
  readonly scheduler?: 'lowest-rtt' | 'earliest-delivery' | 'redundant' | undefined;
  readonly congestion: 'new-reno' | 'cubic' | 'rate-based' | undefined;
  readonly family: 4 | 6;
  /** Where a program leads to the other end, whatever the topology says; undefined: its own address. */
  readonly address?: Ip | undefined;
  /** The link by which the opener reaches the other, where it has several. */
  readonly via: string | undefined;
  readonly bytes: number | undefined;
  readonly count: number | undefined;
  /** Of payload. */
  readonly rateBps: number | undefined;
  readonly payloadBytes: number;
  readonly startNs: number;
  readonly forNs: number | undefined;
  /** Request-response: from an answer (or a time-out) to the next request. */
  readonly intervalNs: number;
  readonly timeoutNs: number;
  readonly onNs: number;
  readonly offNs: number;
  /** The run doesn't wait for it to end. */
  readonly background: boolean;
}

export type Trigger =
  /** `withinNs`: the moment is drawn, so long after the time at most. */
  | { readonly kind: 'at'; readonly timeNs: number; readonly withinNs?: number }
  | { readonly kind: 'after'; readonly condition: Expression };

export interface EventModel {
  readonly name: string;
  readonly trigger: Trigger;
  /** Afterwards exactly what stood before is restored. */
  readonly forNs: number | undefined;
  /** Again and again, counted from one beginning to the next. */
  readonly everyNs: number | undefined;
  readonly times: number;
  readonly change: ChangeModel;
}

export type ChangeModel =
  | {
      readonly kind: 'link-set';
      readonly link: string;
      /** By the node that the direction leads to. */
      readonly toward: Readonly<Record<string, Partial<DirectionSettings>>>;
    }
  | { readonly kind: 'link-down' | 'link-up'; readonly link: string }
  | { readonly kind: 'node-crash' | 'node-restart'; readonly node: string }
  | { readonly kind: 'nat-reboot'; readonly node: string }
  | {
      readonly kind: 'clock-skew';
      readonly node: string;
      /** Parts of one: 50 ppm is 0.00005. */
      readonly driftRatio: number;
      readonly offsetNs: number;
    };

export const measureKinds = [
  'rtt',
  'one-way-delay',
  'loss',
  'reordering',
  'duplication',
  'delivery-gap',
  'time-to-rate',
  'goodput',
  'success',
  'count',
  'reported',
  'relay-first-byte',
  'direct-after',
  'switched-after',
  'first-datagram-after',
] as const;
export type MeasureKind = (typeof measureKinds)[number];

export const picks = ['min', 'median', 'mean', 'p90', 'p99', 'max'] as const;
export type Pick = (typeof picks)[number];

export interface MeasureModel {
  readonly name: string;
  readonly what: MeasureKind;
  /** A traffic's, a watched flow's or a program's name. */
  readonly of: string;
  /** The event around which a gap is looked for. */
  readonly around: string | undefined;
  /** From the opening of the traffic. */
  readonly window: { readonly fromNs: number; readonly toNs: number } | undefined;
  /** Which of a sample's many values (a packet's delay) is the sample's value. */
  readonly pick: Pick;
  /** With `count`: how many records of this kind. */
  readonly kind: string | undefined;
  /** With `count`: only the records whose fields have these values. */
  readonly where: Readonly<Record<string, string | number | boolean>>;
  /** With `time-to-rate`: what is to be delivered again, in bits of payload a second. */
  readonly rateBps?: number | undefined;
  /** With `reported`: which of the figures that the program's adapter reads. */
  readonly field?: string | undefined;
  /** With `reported`: what the figure is in; undefined: a plain number. */
  readonly unit?: UnitModel | undefined;
}

/** A number in this unit, times `multiplier` and over `divisor`, is one in the base unit. */
export interface UnitModel {
  readonly dimension: 'time' | 'size' | 'rate' | 'plain';
  readonly multiplier: number;
  readonly divisor: number;
}

export const quantifiers = ['every', 'median', 'p90', 'p99'] as const;
export type Quantifier = (typeof quantifiers)[number];

export interface ExpectationModel {
  readonly name: string;
  readonly that: Expression;
  /** The source text of `that`. */
  readonly text: string;
  /** Undefined: the judge chooses by the dimension of the two sides. */
  readonly at: Quantifier | undefined;
  readonly because: string | undefined;
  /** `bound`: broken means fail. `ceiling`: more is impossible, so broken means the rig is wrong. */
  readonly kind: 'bound' | 'ceiling';
  /** `warn`: a broken one is shown and does not count. */
  readonly severity: Severity;
  readonly knownFailing: KnownFailing | undefined;
  /** Its figure is held against the committed reference; `that` is a value then. */
  readonly against: 'baseline' | undefined;
  /** How much worse than what it is compared with still counts as the same. */
  readonly marginRatio: number | undefined;
  /** Undefined: the judge knows it of the measure. */
  readonly better: Direction | undefined;
}

export const severities = ['fail', 'warn'] as const;
export type Severity = (typeof severities)[number];

export const directions = ['higher', 'lower'] as const;
/** Which way a figure is better. */
export type Direction = (typeof directions)[number];

export interface KnownFailing {
  /** A text or an address that tells why. */
  readonly issue: string;
  /** The last day on which it may fail: `2027-01-01`. */
  readonly until: string;
}
