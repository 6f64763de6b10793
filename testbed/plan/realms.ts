/**
 * Realms: what can be reached without passing a translation. Addresses are distinct within a realm.
 * For IPv4 a NAT box is cut between its inside and its outside; for IPv6 nothing is cut.
 */
import type { Family } from '../../src/base/address.ts';
import type { LinkModel, NodeKind, NodeModel } from '../schema/model.ts';
import { PlanError } from './plan-error.ts';
import type { Port, Segment, Wiring } from './wiring.ts';

/** What passes packets on between its ports: a router, or one side of a NAT box. */
export interface Forwarder {
  readonly node: NodeModel;
  readonly side: 'whole' | 'inside' | 'outside';
  readonly ports: readonly Port[];
}

/**
 * `public`: inside no NAT box. `carrier`: inside one, with others' outsides in it (RFC 6598).
 * `inner`: the rest, a home or an office.
 */
export type Scope = 'public' | 'carrier' | 'inner';

export interface Realm {
  readonly scope: Scope;
  readonly segments: readonly Segment[];
  readonly forwarders: readonly Forwarder[];
  /** The insides of NAT boxes that lead out of it. */
  readonly exits: readonly Forwarder[];
}

/** Terminals, hosts and relays don't: a terminal with two links joins no networks. */
export function passesPackets(kind: NodeKind): boolean {
  return kind === 'router' || kind === 'nat' || kind === 'proxy';
}

/** `inside:` may name a link, or the group of a `count:`. */
export function isInside(node: NodeModel, link: LinkModel): boolean {
  const inside = node.nat?.inside ?? [];
  return inside.includes(link.name) || inside.includes(link.group);
}

export function findForwarders(wiring: Wiring, family: Family): Forwarder[] {
  return [...wiring.nodes.values()].flatMap((node) => {
    const ports = wiring.portsOf.get(node.name)!;
    if (!passesPackets(node.kind) || ports.length === 0) return [];
    return family === 4 && node.kind === 'nat'
      ? sidesOf(node, ports)
      : [{ node, side: 'whole' as const, ports }];
  });
}

function sidesOf(node: NodeModel, ports: readonly Port[]): Forwarder[] {
  const inside = ports.filter((port) => isInside(node, port.link));
  const outside = ports.filter((port) => !isInside(node, port.link));
  const sides: Forwarder[] = [
    { node, side: 'inside', ports: inside },
    { node, side: 'outside', ports: outside },
  ];
  return sides.filter((side) => side.ports.length > 0);
}

/** In the order of their first segments. */
export function findRealms(wiring: Wiring, forwarders: readonly Forwarder[]): Realm[] {
  const realmOf = joinSegments(wiring, forwarders);
  const segments = Map.groupBy(wiring.segments, (segment) => realmOf[segment.index]!);
  const members = Map.groupBy(forwarders, (one) => realmOf[one.ports[0]!.segment.index]!);
  return [...segments].map(([realm, list]) => createRealm(list, members.get(realm) ?? []));
}

function createRealm(segments: readonly Segment[], forwarders: readonly Forwarder[]): Realm {
  const exits = forwarders.filter((one) => one.side === 'inside');
  const outsides = forwarders.filter((one) => one.side === 'outside');
  const looped = exits.find((exit) => outsides.some((outside) => outside.node === exit.node));
  if (looped) throw natLoop(looped);
  const scope = exits.length === 0 ? 'public' : outsides.length === 0 ? 'inner' : 'carrier';
  return { scope, segments, forwarders, exits };
}

function natLoop(exit: Forwarder): PlanError {
  const { node } = exit;
  return new PlanError(['nodes', node.group, 'inside'], {
    code: 'nat-loop',
    message: `the inside of ${node.name} is connected to its outside by a way around it`,
    hint: `let ${node.name} be the only way from ${exit.ports[0]!.link.name} to its outside`,
  });
}

/** For each segment the least index among those that forwarders join it with. */
function joinSegments(wiring: Wiring, forwarders: readonly Forwarder[]): number[] {
  const parent = wiring.segments.map((segment) => segment.index);
  for (const { ports } of forwarders) {
    for (const port of ports) join(parent, ports[0]!.segment.index, port.segment.index);
  }
  return parent.map((_, index) => rootOf(parent, index));
}

/** Joins two sets of a union-find forest; the lower index stays the name of the set. */
export function join(parent: number[], a: number, b: number): void {
  const [low, high] = [rootOf(parent, a), rootOf(parent, b)].toSorted((x, y) => x - y);
  parent[high!] = low!;
}

/** Halves the path on the way, so that long chains stay cheap. */
export function rootOf(parent: number[], index: number): number {
  let at = index;
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!;
    at = parent[at]!;
  }
  return at;
}
