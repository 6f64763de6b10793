/**
 * Sequence numbers of 32 bits, which begin again at 0 (RFC 9293 3.4), as places on a line without an
 * end. A number stands within half the circle of one that was seen before.
 */
const circle = 4_294_967_296;

/** The place of the first number that is seen. */
export function placeOfFirst(sequence: number): number {
  // Not 0: numbers below the first one must have a place as well.
  return circle + sequence;
}

/** The place of a number near a place that is known. */
export function placeNear(known: number, sequence: number): number {
  return known + ((sequence - (known % circle)) | 0);
}
