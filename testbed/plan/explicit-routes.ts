/** Routes to networks that the default route does not lead to, or not by the shortest way. */
import { segmentsOf } from './branches.ts';
import type { Forwarder } from './realms.ts';
import type { Edge } from './route-graph.ts';
import { addRoute, type Hop, type Routing } from './routing.ts';
import { findShortestPaths, type ShortestPaths, type Step } from './shortest-paths.ts';
import type { Port, Segment } from './wiring.ts';

/** A hanging forwarder's own explicit routes: down to what hangs on it in turn. */
export function addBranchRoutes(routing: Routing): void {
  for (const [vertex, uplink] of routing.branches.uplinks) {
    for (const port of routing.graph.forwarders[vertex]!.ports) {
      if (port.segment !== uplink) addHangingRoutes(routing, port, new Set());
    }
  }
}

/** To all that hangs on a port's segment, by the forwarder that it hangs by. */
function addHangingRoutes(routing: Routing, leaves: Port, done: Set<Segment>): void {
  if (done.has(leaves.segment)) return;
  done.add(leaves.segment);
  for (const vertex of routing.branches.hanging.get(leaves.segment.index) ?? []) {
    const gateway = portOn(routing.graph.forwarders[vertex]!, leaves.segment);
    for (const segment of segmentsBehind(routing, vertex)) {
      addRoute(routing, segment, { leaves, gateway });
    }
  }
}

function portOn(forwarder: Forwarder, segment: Segment): Port {
  return forwarder.ports.find((port) => port.segment === segment)!;
}

/** All segments that are reached through a hanging forwarder. */
function segmentsBehind(routing: Routing, vertex: number): Segment[] {
  const found: Segment[] = [];
  const waiting = [vertex];
  for (const next of waiting) {
    const uplink = routing.branches.uplinks.get(next)!;
    for (const segment of segmentsOf(routing.graph.forwarders[next]!)) {
      if (segment === uplink) continue;
      found.push(segment);
      waiting.push(...(routing.branches.hanging.get(segment.index) ?? []));
    }
  }
  return found;
}

export function addCoreRoutes(routing: Routing): void {
  const { graph, branches } = routing;
  const steps = findCoreSteps(routing);
  const behind = new Map<Segment, readonly Segment[]>();
  for (const source of branches.core) {
    const paths = findShortestPaths(graph.size, [source], (vertex) => steps[vertex]!);
    addRoutesFrom(routing, source, paths, behind);
  }
}

/** Only the core carries what is not its own. */
function findCoreSteps({ graph, branches }: Routing): Step[][] {
  const isHanging = (vertex: number) => branches.uplinks.has(vertex);
  return graph.outgoing.map((edges) =>
    edges.filter(({ to }) => !isHanging(to)).map((edge) => ({ edge, to: edge.to })),
  );
}

/** To each segment by its nearest forwarder, and by the same way to what hangs on that segment. */
function addRoutesFrom(
  routing: Routing,
  source: number,
  paths: ShortestPaths,
  behind: Map<Segment, readonly Segment[]>,
): void {
  const { forwarders } = routing.graph;
  const firstHops = findFirstHops(source, paths);
  const done = new Set<Segment>();
  for (const port of forwarders[source]!.ports) addHangingRoutes(routing, port, done);
  for (const vertex of paths.order) {
    if (vertex >= forwarders.length) continue;
    for (const segment of segmentsOf(forwarders[vertex]!)) {
      if (done.has(segment)) continue;
      done.add(segment);
      const targets = behind.get(segment) ?? segmentsHangingOn(routing, segment);
      behind.set(segment, targets);
      for (const target of [segment, ...targets]) addRoute(routing, target, firstHops[vertex]!);
    }
  }
}

function segmentsHangingOn(routing: Routing, segment: Segment): Segment[] {
  const hanging = routing.branches.hanging.get(segment.index) ?? [];
  return hanging.flatMap((vertex) => segmentsBehind(routing, vertex));
}

/** By vertex; a switch before any forwarder has no gateway yet. */
function findFirstHops(source: number, { order, via }: ShortestPaths): Hop[] {
  const hops: Partial<Hop>[] = [];
  for (const vertex of order) {
    const edge = via[vertex];
    if (edge) hops[vertex] = extendHop(source, edge, hops[edge.from]);
  }
  return hops as Hop[];
}

function extendHop(source: number, edge: Edge, before: Partial<Hop> | undefined): Partial<Hop> {
  const leaves = edge.from === source ? edge.leaves : before?.leaves;
  const gateway = before?.gateway ?? edge.arrives;
  return { ...(leaves && { leaves }), ...(gateway && { gateway }) };
}
