/** A topology as a drawing shows it: one node for each key of the YAML, however many `count:` makes of it. */
import type { LinkModel, NodeModel, Topology } from '../schema/model.ts';
import type { NatSettings } from '../schema/nat-settings.ts';
import type { SketchLink, SketchNode, TopologySketch } from '../schema/result.ts';
import { directionText } from './link-text.ts';

/** Of the same file in several cases; what differs between them stands there in each way. */
export function sketchTopology(topologies: readonly Topology[]): TopologySketch {
  const nodes = new Map<string, SketchNode>();
  const links = new Map<string, SketchLink>();
  for (const topology of topologies) {
    const groupOf = new Map(topology.nodes.map(({ name, group }) => [name, group]));
    const perNode = Map.groupBy(topology.nodes, ({ group }) => group);
    for (const [group, own] of perNode) nodes.set(group, addNode(nodes.get(group), own));
    const perLink = Map.groupBy(topology.links, ({ group }) => group);
    for (const [group, own] of perLink) links.set(group, addLink(links.get(group), own, groupOf));
  }
  return { nodes: [...nodes.values()], links: [...links.values()] };
}

function addNode(before: SketchNode | undefined, own: readonly NodeModel[]): SketchNode {
  const [{ group: name, kind, nat, stack }] = own as readonly [NodeModel];
  const label = [
    ...(nat === undefined ? [] : [natText(nat)]),
    ...(stack === 'own' ? ['stack own'] : []),
  ].join(', ');
  return { name, kind, count: own.length, labels: withLabel(before?.labels, label) };
}

function addLink(
  before: SketchLink | undefined,
  own: readonly LinkModel[],
  groupOf: ReadonlyMap<string, string>,
): SketchLink {
  const [first] = own as readonly [LinkModel];
  const [from, to] = first.between;
  const between = [groupOf.get(from) ?? from, groupOf.get(to) ?? to] as const;
  const labels = withLabel(before?.labels, linkText(first));
  return { name: first.group, between, count: own.length, labels };
}

function linkText({ between, toward, engine }: LinkModel): string {
  const [back, there] = between.map((node) => directionText(toward[node]!)) as [string, string];
  const both = there === back ? there : `toward ${between[1]}: ${there}; back: ${back}`;
  return engine === 'model' ? both : `engine ${engine}, ${both}`;
}

/** `address-dependent mapping, endpoint-independent filtering` */
function natText({ mapping, filtering }: NatSettings): string {
  return mapping === filtering
    ? `${mapping} mapping and filtering`
    : `${mapping} mapping, ${filtering} filtering`;
}

function withLabel(labels: readonly string[] = [], label: string): readonly string[] {
  return label === '' || labels.includes(label) ? labels : [...labels, label];
}
