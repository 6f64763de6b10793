/**
 * Sequence numbers are counted on past 2^32 (RFC 9293 3.4 has them modulo 2^32): inside the machine
 * plain comparisons hold, and a stream of any length has one number for each byte.
 */

/** The number that stands for `wire` and is nearest to `near`. */
export function unwrapSequence(wire: number, near: number): number {
  return near + ((wire - near) | 0);
}

/** What is written into a segment. */
export function wrapSequence(sequence: number): number {
  return sequence >>> 0;
}
