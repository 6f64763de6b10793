/**
 * How large a difference is: the median of the Walsh averages, and the interval of all differences that
 * a signed-rank test would not reject (Hollander and Wolfe, Nonparametric Statistical Methods, 3.2, 3.3).
 */
import { signedRankDistribution } from './signed-rank.ts';

export interface ShiftInterval {
  /** Undefined: so few figures give no bound at this confidence. */
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  /** The exact chance that the interval holds the difference; at least the confidence asked for. */
  readonly coverage: number;
}

/** The mean of each two differences, and each difference itself, from the least to the greatest. */
export function walshAverages(differences: readonly number[]): number[] {
  const averages = differences.flatMap((a, at) => differences.slice(at).map((b) => a / 2 + b / 2));
  return averages.toSorted((a, b) => a - b);
}

export function hodgesLehmann(differences: readonly number[]): number {
  return medianOfSorted(walshAverages(differences));
}

export function hodgesLehmannInterval(
  differences: readonly number[],
  confidence: number,
): ShiftInterval {
  const distribution = signedRankDistribution(differences.length);
  return shiftInterval(walshAverages(differences), distribution, confidence);
}

/**
 * `sorted` holds one figure for each step of a rank statistic, whose distribution is symmetric: as many
 * of them are cut off at both ends as the statistic is unlikely to reach.
 */
export function shiftInterval(
  sorted: readonly number[],
  distribution: readonly number[],
  confidence: number,
): ShiftInterval {
  let cut = 0;
  let tail = 0;
  while (tail + distribution[cut]! <= (1 - confidence) / 2) tail += distribution[cut++]!;
  if (cut === 0) return { lower: undefined, upper: undefined, coverage: 1 };
  return { lower: sorted[cut - 1], upper: sorted.at(-cut), coverage: 1 - 2 * tail };
}

export function medianOfSorted(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return sorted[middle - 1]! / 2 + sorted[middle]! / 2;
}
