/**
 * Wilcoxon's signed ranks: whether differences lie around zero, given that they are symmetric. All
 * exact: the chance of each rank sum given the sizes of the differences, built rank by rank. Differences
 * of equal size share the mean of their ranks, and the distribution is that of the shared ranks. A
 * difference of zero favours no side and is left out of the test (Wilcoxon 1945), not of the estimate.
 */
import { doubledMidranks } from './midranks.ts';

export interface SignedRankTest {
  /** Differences that are not zero. */
  readonly count: number;
  /** The sum of the ranks of the positive differences. */
  readonly positiveRankSum: number;
  /** The chance of a sum as small as this where there is no difference. */
  readonly lessP: number;
  readonly greaterP: number;
  readonly twoSidedP: number;
}

export function testSignedRanks(differences: readonly number[]): SignedRankTest {
  const signed = differences.filter((difference) => difference !== 0);
  const doubledRanks = doubledMidranks(signed.map(Math.abs));
  const doubledSum = sumOf(doubledRanks.filter((_, at) => signed[at]! > 0));
  const distribution = rankSumDistribution(doubledRanks);
  const lessP = sumOf(distribution.slice(0, doubledSum + 1));
  const greaterP = sumOf(distribution.slice(doubledSum));
  const twoSidedP = Math.min(1, 2 * Math.min(lessP, greaterP));
  return { count: signed.length, positiveRankSum: doubledSum / 2, lessP, greaterP, twoSidedP };
}

/** The chance of each sum of positive ranks where `count` differences differ in size and none is zero. */
export function signedRankDistribution(count: number): number[] {
  return rankSumDistribution(Array.from({ length: count }, (_, at) => at + 1));
}

/** Each rank is in the sum or not, with equal chance. Up to 53 ranks no bit is lost. */
function rankSumDistribution(ranks: readonly number[]): number[] {
  let distribution = [1];
  for (const rank of ranks) {
    const without = distribution;
    distribution = Array.from({ length: without.length + rank }, (_, sum) => {
      return ((without[sum] ?? 0) + (without[sum - rank] ?? 0)) / 2;
    });
  }
  return distribution;
}

function sumOf(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}
