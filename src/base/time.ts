/** Time is a number of nanoseconds since the run's start: exact up to 104 days, never the epoch. */

export const nsPerMs = 1_000_000;
export const nsPerSecond = 1_000_000_000;

/** The deadline of a machine that waits for nothing but input. */
export const never = Number.POSITIVE_INFINITY;

/** How long `bytes` occupy a line of `rateBps`, rounded up so that a line is never faster than asked. */
export function serialisationNs(bytes: number, rateBps: number): number {
  return rateBps === never ? 0 : Math.ceil((bytes * 8 * nsPerSecond) / rateBps);
}
