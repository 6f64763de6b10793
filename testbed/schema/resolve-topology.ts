/** A topology as it is written to a topology as it is; what is wrong goes to `report`. */
import { createGroup, type Group, type Groups } from './groups.ts';
import type { LinkModel, NodeModel, Topology } from './model.ts';
import type { Report } from './problem.ts';
import { type ResolvedLinks, resolveLinks } from './resolve-links.ts';
import { resolveNode } from './resolve-nodes.ts';
import { checkSwitches } from './switch-loops.ts';
import type { RawTopology } from './topology.ts';
import type { TraceReader } from './trace-reader.ts';

/** The topology, and what else a scenario needs to refer to it. */
export interface ResolvedTopology {
  readonly topology: Topology;
  readonly nodes: Groups;
  readonly links: ResolvedLinks;
  readonly attached: ReadonlyMap<string, readonly LinkModel[]>;
  readonly kindOf: (node: string) => string | undefined;
}

export function resolveTopology(
  raw: RawTopology,
  readTrace: TraceReader,
  report: Report,
): ResolvedTopology {
  const nodes = groupNodes(raw);
  const defaults = raw.defaults?.links ?? {};
  const links = resolveLinks({ links: raw.links ?? {}, defaults, nodes, readTrace, report });
  const attached = attachLinks(links.links);
  const kindOf = (node: string) => raw.nodes[node.replace(/\[\d+\]$/, '')]?.kind;
  const lookup = { what: 'link', groups: links.groups, report };
  const inputs = { raw, attached, kindOf, links: lookup, report, isComplete: links.isComplete };
  const models: NodeModel[] = [];
  for (const group of nodes.values()) {
    for (const name of group.members) {
      models.push(resolveNode(name, group.name, raw.nodes[group.name]!, inputs));
    }
  }
  if (nodes.size === 0) reportNoNodes(report);
  checkSwitches(links.links, kindOf, report);
  return { topology: { nodes: models, links: links.links }, nodes, links, attached, kindOf };
}

function groupNodes(raw: RawTopology): Groups {
  const groups = new Map<string, Group>();
  for (const [name, { count }] of Object.entries(raw.nodes)) {
    groups.set(name, createGroup(name, count));
  }
  return groups;
}

function attachLinks(links: readonly LinkModel[]): Map<string, LinkModel[]> {
  const attached = new Map<string, LinkModel[]>();
  for (const link of links) {
    for (const node of link.between) {
      const its = attached.get(node);
      if (its === undefined) attached.set(node, [link]);
      else its.push(link);
    }
  }
  return attached;
}

function reportNoNodes(report: Report): void {
  const hint = 'write a node: phone: { kind: terminal }';
  report({ code: 'empty-value', path: ['nodes'], aim: 'key', message: 'there is no node', hint });
}
