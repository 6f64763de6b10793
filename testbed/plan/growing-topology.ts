/** Topologies that grow node by node from a list of numbers, for properties that hold for all of them. */
import type { LinkModel, NodeKind, NodeModel, Topology } from '../schema/model.ts';
import { link, ms, node } from './testing-topology.ts';

/** Numbers that say what to add and where; each is taken modulo what there is to choose from. */
export interface Growth {
  readonly what: 'terminal' | 'router' | 'nat' | 'switch' | 'mesh' | 'second-home';
  readonly at: number;
  readonly other: number;
  readonly delay: number;
}

export interface Grown extends Topology {
  readonly nodes: NodeModel[];
  readonly links: LinkModel[];
  /** The IPv4 realm of each link: 0 is the public one. */
  readonly realmOf: Map<string, number>;
}

interface Spot {
  readonly name: string;
  readonly kind: NodeKind;
  /** What is attached to it is in this realm. */
  readonly realm: number;
}

interface Growing extends Grown {
  readonly spots: Spot[];
  realms: number;
}

export function grow(steps: readonly Growth[]): Grown {
  const grown: Growing = { nodes: [], links: [], realmOf: new Map(), spots: [], realms: 1 };
  grown.nodes.push(node('root', 'router'));
  grown.spots.push({ name: 'root', kind: 'router', realm: 0 });
  for (const step of steps) addStep(grown, step);
  return grown;
}

function addStep(grown: Growing, step: Growth): void {
  const spot = grown.spots[step.at % grown.spots.length]!;
  if (step.what === 'mesh') addMesh(grown, step);
  else if (step.what === 'second-home') addSecondHome(grown, spot, step);
  else if (step.what === 'nat') addNat(grown, spot, step);
  else addNode(grown, spot, step.what, step.delay);
}

function addNode(
  grown: Growing,
  spot: Spot,
  kind: 'terminal' | 'router' | 'switch',
  delay: number,
): void {
  const name = `${kind}-${grown.nodes.length}`;
  grown.nodes.push(node(name, kind));
  addLink(grown, [name, spot.name], spot.realm, delay);
  if (kind !== 'terminal') grown.spots.push({ name, kind, realm: spot.realm });
}

/** With a first terminal inside. */
function addNat(grown: Growing, spot: Spot, { delay }: Growth): void {
  const name = `nat-${grown.nodes.length}`;
  const outside = `link-${grown.links.length}`;
  addLink(grown, [name, spot.name], spot.realm, delay);
  const inner: Spot = { name, kind: 'nat', realm: grown.realms++ };
  grown.nodes.push(node(name, 'nat', { inside: [] }));
  grown.spots.push(inner);
  addNode(grown, inner, 'terminal', delay);
  fixInsides(grown, name, outside);
}

/** Two routers of one realm get a link more. */
function addMesh(grown: Growing, { at, other, delay }: Growth): void {
  const routers = grown.spots.filter((spot) => spot.kind === 'router');
  const one = routers[at % routers.length]!;
  const peers = routers.filter((spot) => spot.realm === one.realm && spot !== one);
  const peer = peers[other % Math.max(1, peers.length)];
  if (peer) addLink(grown, [one.name, peer.name], one.realm, delay);
}

function addSecondHome(grown: Growing, spot: Spot, { other, delay }: Growth): void {
  const terminals = grown.nodes.filter((one) => one.kind === 'terminal');
  const terminal = terminals[other % Math.max(1, terminals.length)];
  if (terminal) addLink(grown, [terminal.name, spot.name], spot.realm, delay);
}

function addLink(
  grown: Growing,
  between: readonly [string, string],
  realm: number,
  delay: number,
): void {
  const name = `link-${grown.links.length}`;
  grown.links.push(link(name, between, { delayNs: ms(delay) }));
  grown.realmOf.set(name, realm);
  for (const spot of grown.spots) {
    if (spot.kind !== 'nat' || !between.includes(spot.name)) continue;
    const at = grown.nodes.findIndex((one) => one.name === spot.name);
    const inside = [...grown.nodes[at]!.nat!.inside, name];
    grown.nodes[at] = node(spot.name, 'nat', { inside });
  }
}

function fixInsides(grown: Growing, name: string, outside: string): void {
  const at = grown.nodes.findIndex((one) => one.name === name);
  const inside = grown.nodes[at]!.nat!.inside.filter((one) => one !== outside);
  grown.nodes[at] = node(name, 'nat', { inside });
}
