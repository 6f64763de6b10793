/** What the parts of route planning share: the graph of one family, its roots, the routes so far. */
import type { Family } from '../../src/base/address.ts';
import { type Addressing, firstAddress } from './addressing.ts';
import { type Branches, findBranches } from './branches.ts';
import type { PlannedRoute } from './plan.ts';
import { type Forwarder, findForwarders, findRealms, type Realm } from './realms.ts';
import { createRouteGraph, type RouteGraph } from './route-graph.ts';
import { findShortestPaths } from './shortest-paths.ts';
import type { Port, Segment, Wiring } from './wiring.ts';

/** Leaves by a port of its own, toward a neighbour's. */
export interface Hop {
  readonly leaves: Port;
  readonly gateway: Port;
}

export interface Routing {
  readonly family: Family;
  readonly wiring: Wiring;
  readonly addressing: Addressing;
  readonly realms: readonly Realm[];
  readonly graph: RouteGraph;
  readonly branches: Branches;
  /** By vertex: the first hop of the way to the nearest root; a switch has a gateway only. */
  readonly rootward: readonly Partial<Hop>[];
  readonly routes: Map<string, PlannedRoute[]>;
}

export function createRouting(wiring: Wiring, addressing: Addressing, family: Family): Routing {
  const forwarders = findForwarders(wiring, family);
  const realms = findRealms(wiring, forwarders);
  const graph = createRouteGraph(wiring, forwarders);
  const roots = realms
    .flatMap((realm) => rootsOf(realm))
    .map((one) => graph.vertexOf.get(one.ports[0]!)!);
  return {
    family,
    wiring,
    addressing,
    realms,
    graph,
    branches: findBranches(forwarders, new Set(roots)),
    rootward: findRootward(graph, roots),
    routes: new Map([...wiring.nodes.keys()].map((name) => [name, []])),
  };
}

/**
 * Where default routes lead: out of the realm; where nothing leads out, to the router with the most
 * links; a NAT box, or a router with a `default-route` of its own, only if there is no other. A root
 * has no default route: what nobody knows ends there as unreachable, in no loop.
 */
function rootsOf(realm: Realm): readonly Forwarder[] {
  if (realm.exits.length > 0) return realm.exits;
  const rank = ({ node, ports }: Forwarder) =>
    (node.defaultRoute === undefined ? 2e6 : 0) + (node.kind === 'nat' ? 0 : 1e6) + ports.length;
  return realm.forwarders.toSorted((a, b) => rank(b) - rank(a)).slice(0, 1);
}

function findRootward(graph: RouteGraph, roots: readonly number[]): Partial<Hop>[] {
  const steps = graph.incoming.map((edges) => edges.map((edge) => ({ edge, to: edge.from })));
  const { order, via } = findShortestPaths(graph.size, roots, (vertex) => steps[vertex]!);
  const hops: Partial<Hop>[] = Array.from({ length: graph.size }, () => ({}));
  for (const vertex of order) {
    const edge = via[vertex];
    if (edge === undefined) continue;
    const gateway = edge.arrives ?? hops[edge.to]!.gateway;
    hops[vertex] = { ...(edge.leaves && { leaves: edge.leaves }), ...(gateway && { gateway }) };
  }
  return hops;
}

/** Left out where the default route says the same. */
export function addRoute(routing: Routing, target: Segment, hop: Hop): void {
  const { family, addressing, graph, rootward } = routing;
  const usual = rootward[graph.vertexOf.get(hop.leaves)!];
  if (usual?.leaves === hop.leaves && usual.gateway === hop.gateway) return;
  routing.routes.get(hop.leaves.node.name)!.push({
    prefix: addressing.networks[family][target.index]!,
    interface: hop.leaves.link.name,
    gateway: firstAddress(addressing, hop.gateway, family),
    metric: 1,
  });
}
