/** A topology in a few words, for tests: what the loader makes of YAML, with its defaults. */

import { type Prefix, parsePrefix } from '../../src/base/prefix.ts';
import { never, nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import { byName } from '../schema/by-name.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { looksOf } from '../schema/looks.ts';
import type {
  LinkModel,
  NodeKind,
  NodeModel,
  Scenario,
  Topology,
  TrafficModel,
} from '../schema/model.ts';
import type { NatSettings } from '../schema/nat-settings.ts';

const someNat: NatSettings = {
  mapping: 'endpoint-independent',
  filtering: 'address-and-port-dependent',
  ports: 'preserve',
  overload: false,
  hairpin: true,
  openInput: false,
  portRange: { first: 1_024, last: 65_535 },
  timers: {
    udpNs: 120 * nsPerSecond,
    tcpTransitoryNs: 240 * nsPerSecond,
    tcpEstablishedNs: 7_440 * nsPerSecond,
    icmpNs: 60 * nsPerSecond,
  },
  refreshInbound: true,
  ipv6: 'firewalled',
};

const perfect: DirectionSettings = {
  rateBps: never,
  delayNs: 0,
  jitterNs: 0,
  loss: { model: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  reorder: { ratio: 0, holdNs: 0 },
  queue: { limitFrames: 20, limitBytes: never, discipline: { kind: 'drop-tail' } },
  trace: undefined,
  mtuBytes: 1_500,
  up: true,
};

export interface NodeOptions {
  readonly inside?: readonly string[];
  readonly nat?: Partial<NatSettings>;
  readonly addresses?: Readonly<Record<string, string>>;
  readonly addressCount?: number;
  readonly defaultRoute?: string;
  readonly hardware?: string;
}

export function node(name: string, kind: NodeKind, options: NodeOptions = {}): NodeModel {
  const { inside, addresses = {}, addressCount = 1, hardware } = options;
  const given = Object.entries(addresses).map(([link, text]) => [
    link,
    text.split(' ').map(prefixOf),
  ]);
  return {
    name,
    group: name,
    kind,
    stack: 'kernel',
    ...(hardware !== undefined && { hardware }),
    nat: inside && { ...someNat, ...options.nat, inside },
    addressCount,
    addresses: Object.fromEntries(given),
    defaultRoute: options.defaultRoute,
    cpus: undefined,
    memoryBytes: undefined,
  };
}

function prefixOf(text: string): Prefix {
  return parsePrefix(text)!;
}

/** `delayMs`: one way, the same both ways unless `toward` says otherwise. */
export function link(
  name: string,
  between: readonly [string, string],
  settings: Partial<DirectionSettings> = {},
  toward: Readonly<Record<string, Partial<DirectionSettings>>> = {},
): LinkModel {
  const directions = between.map(
    (end) => [end, { ...perfect, ...settings, ...toward[end] }] as const,
  );
  return {
    name,
    group: name,
    between,
    engine: 'model',
    toward: byName(directions),
    notes: [],
  };
}

export function ms(value: number): number {
  return value * nsPerMs;
}

export function traffic(
  name: string,
  from: string,
  to: string,
  options: Partial<TrafficModel> = {},
): TrafficModel {
  return {
    name,
    generator: 'stream',
    from,
    to,
    openedBy: from,
    transport: 'udp',
    congestion: undefined,
    family: 4,
    via: undefined,
    bytes: undefined,
    count: 10,
    rateBps: 1_000_000,
    payloadBytes: 1_000,
    startNs: 0,
    forNs: undefined,
    intervalNs: 0,
    timeoutNs: nsPerSecond,
    onNs: 0,
    offNs: 0,
    background: false,
    ...options,
  };
}

export function scenario(topology: Topology, parts: Partial<Scenario> = {}): Scenario {
  return {
    name: 'drawn',
    about: 'A drawing.',
    seed: 1,
    repeat: 1,
    looks: looksOf(1),
    limitNs: 60 * nsPerSecond,
    topology,
    programs: [],
    traffic: [],
    watches: [],
    events: [],
    measures: [],
    expectations: [],
    ...parts,
  };
}
