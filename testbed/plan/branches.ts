/**
 * The parts of a realm that hang on it by one segment only: a forwarder there needs a default route
 * and the way down to what hangs on it in turn. What is left is the core, and only in the core does a
 * route have to be looked for. With 2 500 NAT boxes at one router the core is the router.
 */
import type { Forwarder } from './realms.ts';
import type { Segment } from './wiring.ts';

export interface Branches {
  readonly core: readonly number[];
  /** Forwarders that hang on a segment, by its index. */
  readonly hanging: ReadonlyMap<number, readonly number[]>;
  /** The segment by which a forwarder hangs, by its vertex. */
  readonly uplinks: ReadonlyMap<number, Segment>;
}

/** `kept`: forwarders that stay in the core whatever hangs on them, one at least in each realm. */
export function findBranches(
  forwarders: readonly Forwarder[],
  kept: ReadonlySet<number>,
): Branches {
  const left = groupBySegment(forwarders);
  const isShared = (segment: Segment) => left.get(segment)!.size > 1;
  const sharedCounts = forwarders.map((one) => segmentsOf(one).filter(isShared).length);
  const hanging = new Map<number, number[]>();
  const uplinks = new Map<number, Segment>();
  const waiting = [...forwarders.keys()];
  for (const vertex of waiting) {
    if (kept.has(vertex) || uplinks.has(vertex) || sharedCounts[vertex] !== 1) continue;
    const uplink = segmentsOf(forwarders[vertex]!).find(isShared)!;
    uplinks.set(vertex, uplink);
    const others = hanging.get(uplink.index);
    if (others) others.push(vertex);
    else hanging.set(uplink.index, [vertex]);
    const rest = left.get(uplink)!;
    rest.delete(vertex);
    if (rest.size > 1) continue;
    for (const last of rest) {
      sharedCounts[last]! -= 1;
      waiting.push(last);
    }
  }
  const core = [...forwarders.keys()].filter((vertex) => !uplinks.has(vertex));
  return { core, hanging, uplinks };
}

function groupBySegment(forwarders: readonly Forwarder[]): Map<Segment, Set<number>> {
  const groups = new Map<Segment, Set<number>>();
  for (const [vertex, one] of forwarders.entries()) {
    for (const segment of segmentsOf(one)) {
      const there = groups.get(segment);
      if (there) there.add(vertex);
      else groups.set(segment, new Set([vertex]));
    }
  }
  return groups;
}

export function segmentsOf(forwarder: Forwarder): Segment[] {
  return [...new Set(forwarder.ports.map((port) => port.segment))];
}
