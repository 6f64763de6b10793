/**
 * Where a message of the service will stand in the stream, known before any of it is sent: from its size,
 * the number of its first byte and the largest segment that the connection sends.
 */

export interface Boundaries {
  /** Sequence numbers, counted on past 2^32: of the first byte, and of the last. */
  readonly first: number;
  readonly last: number;
  readonly mssBytes: number;
  /** How many packets it will be cut into. */
  readonly segments: number;
}

/** A message has at least one byte. */
export function boundariesOf(first: number, bytes: number, mssBytes: number): Boundaries {
  return { first, last: first + bytes - 1, mssBytes, segments: Math.ceil(bytes / mssBytes) };
}

/** First numbers of the packets of a message, in order. */
export function segmentStarts({ first, mssBytes, segments }: Boundaries): number[] {
  return Array.from({ length: segments }, (_, index) => first + index * mssBytes);
}
