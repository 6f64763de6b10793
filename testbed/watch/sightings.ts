/**
 * Which packet of those that left one end is the one that reached the other. Packets that look alike
 * are taken in the order in which they left: then no count is wrong, though a place may be.
 */

/** Nothing that is older is still under way. */
const keptNs = 30_000_000_000;
/** So many arrivals are remembered, to know a double by. */
const mostSeen = 16_384;
/** Fewer are not worth moving. */
const fewLeft = 4_096;

/** They are used again: of what is made for each packet and lives for a while, collecting takes milliseconds. */
interface Sighting {
  n: number;
  leftNs: number;
  identity: number;
  hasArrived: boolean;
  /** Another one that looks alike and left later. */
  next: Sighting | undefined;
  /** Of the first of those that look alike: the one that left last. */
  last: Sighting | undefined;
}

export interface Sightings {
  /** Of each identity the first that is under way. */
  readonly waiting: Map<number, Sighting>;
  /** In the order of leaving, from `first` on; those that arrived are taken out now and then. */
  readonly left: Sighting[];
  /** To be used again. */
  readonly idle: Sighting[];
  first: number;
  arrivedAmongLeft: number;
  /** Of each identity that arrived lately the number. */
  readonly seen: Map<number, number>;
  /** The last arrivals, in a ring: the identity of arrival number i stands at i modulo its length. */
  readonly arrivals: Int32Array;
  arrivalCount: number;
  count: number;
}

export function createSightings(): Sightings {
  const counts = { first: 0, arrivedAmongLeft: 0, arrivalCount: 0, count: 0 };
  const arrivals = new Int32Array(mostSeen);
  return { waiting: new Map(), left: [], idle: [], seen: new Map(), arrivals, ...counts };
}

/** The number of the packet, counted from 1. */
export function noteLeft(sightings: Sightings, leftNs: number, identity: number): number {
  forgetOld(sightings, leftNs - keptNs);
  sightings.count += 1;
  const n = sightings.count;
  const sighting = takeSighting(sightings.idle);
  sighting.n = n;
  sighting.leftNs = leftNs;
  sighting.identity = identity;
  sightings.left.push(sighting);
  const alike = sightings.waiting.get(identity);
  if (alike === undefined) sightings.waiting.set(identity, sighting);
  else {
    (alike.last ?? alike).next = sighting;
    alike.last = sighting;
  }
  return n;
}

function takeSighting(idle: Sighting[]): Sighting {
  const known = idle.pop();
  if (known === undefined) {
    return { n: 0, leftNs: 0, identity: 0, hasArrived: false, next: undefined, last: undefined };
  }
  known.hasArrived = false;
  known.next = undefined;
  known.last = undefined;
  return known;
}

export interface Recognition {
  readonly n: number;
  readonly isDouble: boolean;
}

/** Undefined: nothing that left looked like this. */
export function recognise(sightings: Sightings, identity: number): Recognition | undefined {
  const { waiting, seen } = sightings;
  const sighting = waiting.get(identity);
  if (sighting === undefined) {
    const n = seen.get(identity);
    return n === undefined ? undefined : { n, isDouble: true };
  }
  sighting.hasArrived = true;
  sightings.arrivedAmongLeft += 1;
  stopWaiting(sightings, sighting);
  remember(sightings, identity, sighting.n);
  return { n: sighting.n, isDouble: false };
}

/** Whoever looks like the one that is forgotten and arrived later is forgotten with it: no harm done. */
function remember(sightings: Sightings, identity: number, n: number): void {
  const { seen, arrivals } = sightings;
  const at = sightings.arrivalCount % mostSeen;
  if (sightings.arrivalCount >= mostSeen) seen.delete(arrivals[at]!);
  arrivals[at] = identity;
  sightings.arrivalCount += 1;
  seen.set(identity, n);
}

function stopWaiting({ waiting }: Sightings, { identity, next, last }: Sighting): void {
  if (next === undefined) waiting.delete(identity);
  else {
    next.last = last;
    waiting.set(identity, next);
  }
}

function forgetOld(sightings: Sightings, beforeNs: number): void {
  const { left } = sightings;
  for (; sightings.first < left.length; sightings.first++) {
    const sighting = left[sightings.first]!;
    if (sighting.leftNs >= beforeNs) break;
    if (sighting.hasArrived) sightings.arrivedAmongLeft -= 1;
    else stopWaiting(sightings, sighting);
  }
  const gone = sightings.first + sightings.arrivedAmongLeft;
  // Moved rarely, so that each is moved about once.
  if (gone < fewLeft || gone * 2 < left.length) return;
  sightings.left.length = keepWaiting(sightings);
  sightings.first = 0;
  sightings.arrivedAmongLeft = 0;
}

/** Moves those that are under way to the front; how many they are. */
function keepWaiting({ left, first, idle }: Sightings): number {
  let kept = 0;
  for (const [at, sighting] of left.entries()) {
    if (at >= first && !sighting.hasArrived) left[kept++] = sighting;
    else idle.push(sighting);
  }
  return kept;
}
