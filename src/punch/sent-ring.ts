/** What was sent directly and may still have to go by the relay: sealed, and sent again as it is. */
import type { Sealed } from './session.ts';

export interface SentRing {
  readonly entries: (Sealed | undefined)[];
  /** Where the next one goes, counted since the beginning. */
  next: number;
  /** All before it arrived, or nobody waits for it any more. */
  first: number;
}

const ringSize = 4_096;

export function createSentRing(): SentRing {
  return { entries: [], next: 0, first: 0 };
}

export function keepSent(ring: SentRing, sealed: Sealed): void {
  ring.entries[ring.next % ringSize] = sealed;
  ring.next += 1;
  if (ring.next - ring.first > ringSize) ring.first = ring.next - ringSize;
}

/** The other has got a packet with that counter: those before it came, or were lost by the way. */
export function dropArrived(ring: SentRing, counter: number): void {
  while (ring.first < ring.next) {
    const at = ring.first % ringSize;
    if (ring.entries[at]!.counter > counter) return;
    ring.entries[at] = undefined;
    ring.first += 1;
  }
}

/** In the order in which they were sent. */
export function listSent({ entries, first, next }: SentRing): Sealed[] {
  return Array.from({ length: next - first }, (_, n) => entries[(first + n) % ringSize]!);
}

/** The same, and the ring is empty afterwards. */
export function takeAll(ring: SentRing): Sealed[] {
  const all = listSent(ring);
  ring.entries.fill(undefined);
  ring.first = ring.next;
  return all;
}
