/**
 * How far two equal sides seem apart on this machine. Measured from A/A pairs, where the true ratio is
 * known to be 1: the spread of one pair is the median distance of the log ratios from 0, times 1.4826,
 * which for normal noise is the standard deviation. Half the pairs may be wild without moving it, and a
 * lasting offset between the sides counts as noise, as it should. What is compared with the floor is an
 * estimate from many pairs, so that the spread is divided by the square root of their number; three such
 * standard errors are exceeded once in 370 times by normal noise.
 *
 * The A/A pairs come from the very runs that are compared: each two runs of one variant that follow each
 * other. Is that honest?
 *
 * - An effect does not enter. A pair holds the same side twice; what a and b differ by cancels out.
 * - Drift does, and rather too much. In the order a b b a equal runs stand 1 and 3 places apart by turns,
 *   the runs of a compared pair 1: the floor comes out a little too high, never too low. So does what a
 *   run inherits from the one before it: in every second equal pair it is a lasting offset.
 * - That floor and estimate rest on the same figures cannot make verdicts err more than they claim. What
 *   is called the same lies within the margin with its whole interval: if it is not, the interval missed
 *   the truth, whose chance is known and does not depend on how the margin came about. What is
 *   called different is so by an interval and a p-value that know nothing of the margin.
 * - Neighbouring pairs share a run, so that they say less than as many separate ones: about two thirds.
 *
 * Each side has a spread of its own: next to a quiet side a noisy one would seem half as wild. Two days
 * are another matter: nothing is interleaved, and what drifts slowly is the same in all runs of a day.
 * There nothing is averaged away, and the floor is that of a single pair.
 * `reports/proof/error-rates.md` has what all this comes to, and what comes of leaving it out.
 */
import { exponential, naturalLog } from '../../src/base/arithmetic.ts';
import { medianOfSorted } from './hodges-lehmann.ts';
import { logRatios, type Pair } from './paired-comparison.ts';

/** Fewer A/A pairs than this say too little about the spread. */
export const leastNoisePairs = 10;

/**
 * A margin that noise had to widen beyond this lets anything pass: then it is better to say nothing.
 */
export const mostFloorRatio = 0.5;

const standardDeviationsPerMedian = 1.4826;
const standardErrors = 3;

/**
 * A ratio: 0.04 means that equal sides compared over `comparedPairs` pairs may come out 4 % apart.
 * Undefined: too few pairs, or a figure that is not positive. If more than half the pairs are equal to
 * the last bit, a coarse clock hides the noise, and the largest distance stands for it.
 */
export function measureNoiseFloor(
  equalPairs: readonly Pair[],
  comparedPairs: number,
): number | undefined {
  if (!equalPairs.every(({ a, b }) => a > 0 && b > 0)) return undefined;
  return floorOfDistances([logRatios(equalPairs).map(Math.abs)], comparedPairs);
}

/** |ln (b / a)| of each two figures that follow each other; all must be positive. */
export function distancesBetween(figures: readonly number[]): number[] {
  return figures.slice(1).map((b, at) => Math.abs(naturalLog(b) - naturalLog(figures[at]!)));
}

/** Of the distances within each of the two sides; of one, where the other has none. */
export function floorOfDistances(
  sides: readonly (readonly number[])[],
  comparedPairs: number,
): number | undefined {
  const known = sides.filter(({ length }) => length > 0);
  if (known.reduce((sum, { length }) => sum + length, 0) < leastNoisePairs) return undefined;
  const squares = known.map((distances) => spreadOf(distances) ** 2);
  const spread = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / known.length);
  return exponential((standardErrors * spread) / Math.sqrt(comparedPairs)) - 1;
}

function spreadOf(distances: readonly number[]): number {
  const sorted = distances.toSorted((a, b) => a - b);
  return standardDeviationsPerMedian * (medianOfSorted(sorted) || sorted.at(-1)!);
}
