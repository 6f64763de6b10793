/** How many samples are run before the judge looks, and looks again. */
import type { PlannedLooks } from './model.ts';

export const defaultLooks: PlannedLooks = {
  samples: { first: 7, most: 15 },
  pairs: { first: 10, most: 20 },
};

/** One number is the first look; the second has twice as many and one, so that its middle is a sample. */
export function looksOf(repeat: number): PlannedLooks {
  const looks = { first: repeat, most: 2 * repeat + 1 };
  return { samples: looks, pairs: looks };
}
