/**
 * Which packet of those that left one end is the one that reached the other. Packets that look alike
 * are taken in the order in which they left: then no count is wrong, though a place may be.
 */

/** Nothing that is older is still under way. */
const keptNs = 30_000_000_000;

interface Sighting {
  readonly n: number;
  readonly leftNs: number;
  readonly identity: number;
  hasArrived: boolean;
  /** Another one that looks alike and left later. */
  next: Sighting | undefined;
}

export interface Sightings {
  readonly byIdentity: Map<number, Sighting>;
  /** In the order of leaving, from `first` on. */
  readonly all: Sighting[];
  first: number;
  count: number;
}

export function createSightings(): Sightings {
  return { byIdentity: new Map(), all: [], first: 0, count: 0 };
}

/** The number of the packet, counted from 1. */
export function noteLeft(sightings: Sightings, leftNs: number, identity: number): number {
  forgetOld(sightings, leftNs);
  sightings.count += 1;
  const n = sightings.count;
  const sighting: Sighting = { n, leftNs, identity, hasArrived: false, next: undefined };
  sightings.all.push(sighting);
  const alike = sightings.byIdentity.get(identity);
  if (alike === undefined) sightings.byIdentity.set(identity, sighting);
  else lastOf(alike).next = sighting;
  return n;
}

export interface Recognition {
  readonly n: number;
  readonly isDouble: boolean;
}

/** Undefined: nothing that left looked like this. */
export function recognise(sightings: Sightings, identity: number): Recognition | undefined {
  let sighting = sightings.byIdentity.get(identity);
  while (sighting?.hasArrived && sighting.next !== undefined) sighting = sighting.next;
  if (sighting === undefined) return undefined;
  const isDouble = sighting.hasArrived;
  sighting.hasArrived = true;
  return { n: sighting.n, isDouble };
}

function lastOf(sighting: Sighting): Sighting {
  let last = sighting;
  while (last.next !== undefined) last = last.next;
  return last;
}

function forgetOld(sightings: Sightings, nowNs: number): void {
  const { all, byIdentity } = sightings;
  let { first } = sightings;
  for (; first < all.length && all[first]!.leftNs < nowNs - keptNs; first++) {
    const { identity, next } = all[first]!;
    if (next === undefined) byIdentity.delete(identity);
    else byIdentity.set(identity, next);
  }
  // Moved rarely, so that each is moved about once.
  if (first > 4_096 && first * 2 > all.length) {
    all.splice(0, first);
    first = 0;
  }
  sightings.first = first;
}
