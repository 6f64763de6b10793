/**
 * Which interfaces share a segment: the two ends of a link, or of all links that switches join. All
 * lists are in the order of the YAML, so that what is appended comes last.
 */
import type { LinkModel, NodeModel, Topology } from '../schema/model.ts';

/** Where a node that has addresses touches a link. */
export interface Port {
  readonly node: NodeModel;
  readonly link: LinkModel;
  readonly segment: Segment;
}

export interface Segment {
  readonly index: number;
  readonly links: readonly LinkModel[];
  readonly ports: readonly Port[];
}

export interface Wiring {
  readonly nodes: ReadonlyMap<string, NodeModel>;
  readonly links: readonly LinkModel[];
  readonly segments: readonly Segment[];
  /** By node; switches have none. */
  readonly portsOf: ReadonlyMap<string, readonly Port[]>;
}

interface OpenSegment extends Segment {
  readonly links: LinkModel[];
  readonly ports: Port[];
}

export function findWiring(topology: Topology): Wiring {
  const nodes = new Map(topology.nodes.map((node) => [node.name, node]));
  const segmentOf = findSegments(topology, nodes);
  const portsOf = new Map<string, Port[]>(topology.nodes.map((node) => [node.name, []]));
  for (const link of topology.links) {
    const segment = segmentOf.get(link.name)!;
    segment.links.push(link);
    for (const node of link.between.map((name) => nodes.get(name)!)) {
      if (node.kind === 'switch') continue;
      const port = { node, link, segment };
      segment.ports.push(port);
      portsOf.get(node.name)!.push(port);
    }
  }
  return { nodes, links: topology.links, segments: [...new Set(segmentOf.values())], portsOf };
}

/** Segments are numbered by the first of their links. */
function findSegments(
  topology: Topology,
  nodes: ReadonlyMap<string, NodeModel>,
): Map<string, OpenSegment> {
  const linksOfSwitch = groupBySwitch(topology.links, nodes);
  const segmentOf = new Map<string, OpenSegment>();
  let count = 0;
  for (const first of topology.links) {
    if (segmentOf.has(first.name)) continue;
    const segment: OpenSegment = { index: count++, links: [], ports: [] };
    const waiting = [first];
    segmentOf.set(first.name, segment);
    for (const link of waiting) {
      for (const next of link.between.flatMap((name) => linksOfSwitch.get(name) ?? [])) {
        if (segmentOf.has(next.name)) continue;
        segmentOf.set(next.name, segment);
        waiting.push(next);
      }
      for (const name of link.between) linksOfSwitch.delete(name);
    }
  }
  return segmentOf;
}

function groupBySwitch(
  links: readonly LinkModel[],
  nodes: ReadonlyMap<string, NodeModel>,
): Map<string, LinkModel[]> {
  const groups = new Map<string, LinkModel[]>();
  for (const link of links) {
    for (const name of link.between) {
      if (nodes.get(name)!.kind !== 'switch') continue;
      const group = groups.get(name);
      if (group) group.push(link);
      else groups.set(name, [link]);
    }
  }
  return groups;
}

/** The name of the node at the other end of a link. */
export function otherEnd(link: LinkModel, node: string): string {
  return link.between[0] === node ? link.between[1] : link.between[0];
}
