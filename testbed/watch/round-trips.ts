/**
 * Round trips of a TCP stream at its sender's end: from a segment that leaves to the acknowledgment
 * that covers it. What was sent twice is not timed (RFC 6298 3, Karn's algorithm): nobody knows which
 * of the two was acknowledged.
 */
import { placeNear, placeOfFirst } from './sequence-line.ts';

interface Outstanding {
  readonly to: number;
  readonly leftNs: number;
  again: boolean;
}

export interface RoundTrips {
  /** The place behind the highest byte that left; undefined: none did. */
  highest: number | undefined;
  /** In the order of their places, from `first` on. */
  outstanding: Outstanding[];
  first: number;
}

export function createRoundTrips(): RoundTrips {
  return { highest: undefined, outstanding: [], first: 0 };
}

export function noteData(trips: RoundTrips, leftNs: number, sequence: number, bytes: number): void {
  if (bytes === 0) return;
  trips.highest ??= placeOfFirst(sequence);
  const from = placeNear(trips.highest, sequence);
  const to = from + bytes;
  const again = from < trips.highest;
  if (again) markAgain(trips, from, to);
  if (to <= trips.highest) return;
  trips.highest = to;
  trips.outstanding.push({ to, leftNs, again });
}

/** Of the newest segment that this acknowledges; undefined: none, or some of it was sent twice. */
export function noteAcknowledgment(
  trips: RoundTrips,
  nowNs: number,
  acknowledgment: number,
): number | undefined {
  if (trips.highest === undefined) return undefined;
  const place = placeNear(trips.highest, acknowledgment);
  let newest: Outstanding | undefined;
  let again = false;
  const { outstanding } = trips;
  for (; trips.first < outstanding.length; trips.first++) {
    const one = outstanding[trips.first]!;
    if (one.to > place) break;
    newest = one;
    again ||= one.again;
  }
  forgetDone(trips);
  return newest === undefined || again ? undefined : nowNs - newest.leftNs;
}

function markAgain({ outstanding, first }: RoundTrips, from: number, to: number): void {
  for (let at = first; at < outstanding.length; at++) {
    const one = outstanding[at]!;
    if (one.to > from) one.again = true;
    if (one.to >= to) return;
  }
}

/** Moved rarely, so that each is moved about once. */
function forgetDone(trips: RoundTrips): void {
  if (trips.first < 1_024 || trips.first * 2 < trips.outstanding.length) return;
  trips.outstanding = trips.outstanding.slice(trips.first);
  trips.first = 0;
}
