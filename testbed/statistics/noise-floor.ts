/**
 * How far two equal sides seem apart on this machine. Measured from A/A pairs, where the true ratio is
 * known to be 1: the spread of one pair is the median distance of the log ratios from 0, times 1.4826,
 * which for normal noise is the standard deviation. Half the pairs may be wild without moving it, and a
 * lasting offset between the sides counts as noise, as it should. What is compared with the floor is an
 * estimate from many pairs, so that the spread is divided by the square root of their number; three such
 * standard errors are exceeded once in 370 times by normal noise.
 */
import { exponential } from '../../src/base/arithmetic.ts';
import { medianOfSorted } from './hodges-lehmann.ts';
import { logRatios, type Pair } from './paired-comparison.ts';

/** Fewer A/A pairs than this say too little about the spread. */
export const leastNoisePairs = 10;

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
  if (equalPairs.length < leastNoisePairs) return undefined;
  if (!equalPairs.every(({ a, b }) => a > 0 && b > 0)) return undefined;
  const distances = logRatios(equalPairs).map(Math.abs);
  const sorted = distances.toSorted((a, b) => a - b);
  const typical = medianOfSorted(sorted) || sorted.at(-1)!;
  const spread = standardDeviationsPerMedian * typical;
  return exponential((standardErrors * spread) / Math.sqrt(comparedPairs)) - 1;
}
