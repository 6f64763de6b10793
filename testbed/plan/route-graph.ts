/**
 * What routes are computed on: forwarders and switches, joined by links. A switch costs no hop, which
 * makes a network with a thousand members a thousand edges and not a million.
 */
import type { LinkModel, NodeModel } from '../schema/model.ts';
import type { Forwarder } from './realms.ts';
import type { Port, Wiring } from './wiring.ts';

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly delayNs: number;
  /** 1 where it leads to a forwarder. */
  readonly hops: number;
  /** Undefined where it leaves a switch. */
  readonly leaves: Port | undefined;
  /** Undefined where it arrives at a switch. */
  readonly arrives: Port | undefined;
}

/** Vertices are numbered: forwarders in their order, then switches. */
export interface RouteGraph {
  readonly forwarders: readonly Forwarder[];
  readonly size: number;
  readonly outgoing: readonly (readonly Edge[])[];
  readonly incoming: readonly (readonly Edge[])[];
  readonly switches: ReadonlyMap<string, number>;
  /** Of forwarders' ports. */
  readonly vertexOf: ReadonlyMap<Port, number>;
}

/** More than any path takes: who names a `default-route` leaves by another link only where he must. */
const detourNs = 1e15;

export function createRouteGraph(wiring: Wiring, forwarders: readonly Forwarder[]): RouteGraph {
  const switches = new Map<string, number>();
  for (const node of wiring.nodes.values()) {
    if (node.kind === 'switch') switches.set(node.name, forwarders.length + switches.size);
  }
  const vertexOf = new Map<Port, number>();
  for (const [vertex, { ports }] of forwarders.entries()) {
    for (const port of ports) vertexOf.set(port, vertex);
  }
  const size = forwarders.length + switches.size;
  const outgoing: Edge[][] = Array.from({ length: size }, () => []);
  const incoming: Edge[][] = Array.from({ length: size }, () => []);
  for (const edge of findEdges(wiring.links, switches, vertexOf)) {
    outgoing[edge.from]!.push(edge);
    incoming[edge.to]!.push(edge);
  }
  return { forwarders, size, outgoing, incoming, switches, vertexOf };
}

interface End {
  readonly vertex: number;
  readonly port: Port | undefined;
}

function findEdges(
  links: readonly LinkModel[],
  switches: ReadonlyMap<string, number>,
  vertexOf: ReadonlyMap<Port, number>,
): Edge[] {
  const ends = new Map<LinkModel, Map<string, End>>(links.map((link) => [link, new Map()]));
  for (const [port, vertex] of vertexOf) ends.get(port.link)!.set(port.node.name, { vertex, port });
  return links.flatMap((link) => {
    const [a, b] = link.between.map((name) => {
      const vertex = switches.get(name);
      return vertex === undefined ? ends.get(link)!.get(name) : { vertex, port: undefined };
    });
    return a && b ? [edgeBetween(link, a, b, 1), edgeBetween(link, b, a, 0)] : [];
  });
}

function edgeBetween(link: LinkModel, from: End, to: End, toward: 0 | 1): Edge {
  const delayNs = link.toward[link.between[toward]]!.delayNs;
  return {
    from: from.vertex,
    to: to.vertex,
    delayNs: delayNs + (from.port ? detourOf(from.port) : 0),
    hops: to.port ? 1 : 0,
    leaves: from.port,
    arrives: to.port,
  };
}

function detourOf({ node, link }: Port): number {
  return node.defaultRoute === undefined || isDefaultLink(node, link) ? 0 : detourNs;
}

/** `default-route:` may name a link, or the group of a `count:`. */
export function isDefaultLink(node: NodeModel, link: LinkModel): boolean {
  return node.defaultRoute === link.name || node.defaultRoute === link.group;
}
