/**
 * Mann and Whitney's test of two unpaired samples: whether figures of b tend to exceed those of a. Exact
 * with ties too: of all ways to choose which of the pooled figures are b's, how many give such a rank
 * sum. Counted in doubles: every count is exact while there are fewer than 2^53 ways (28 against 28), a
 * few units in the last place off beyond.
 */
import { medianOfSorted, type ShiftInterval, shiftInterval } from './hodges-lehmann.ts';
import { doubledMidranks } from './midranks.ts';

export interface RankSumTest {
  /** Of all pairs of an a and a b, those in which b is greater; equal ones count half. */
  readonly u: number;
  /** The chance of a `u` as small as this where both come from the same distribution. */
  readonly lessP: number;
  readonly greaterP: number;
  readonly twoSidedP: number;
}

export function testRankSums(a: readonly number[], b: readonly number[]): RankSumTest {
  const doubledRanks = doubledMidranks([...b, ...a]);
  const doubledSum = sumOf(doubledRanks.slice(0, b.length));
  const ways = subsetSums(doubledRanks, b.length);
  const all = sumOf(ways);
  const lessP = sumOf(ways.slice(0, doubledSum + 1)) / all;
  const greaterP = sumOf(ways.slice(doubledSum)) / all;
  const twoSidedP = Math.min(1, 2 * Math.min(lessP, greaterP));
  return { u: (doubledSum - b.length * (b.length + 1)) / 2, lessP, greaterP, twoSidedP };
}

/** The chance of each `u` from 0 to the product of the counts, where no figures are equal. */
export function mannWhitneyDistribution(countA: number, countB: number): number[] {
  const ranks = Array.from({ length: countA + countB }, (_, at) => at + 1);
  const least = (countB * (countB + 1)) / 2;
  const ways = subsetSums(ranks, countB).slice(least, least + countA * countB + 1);
  const all = sumOf(ways);
  return ways.map((one) => one / all);
}

/** How many ways there are to choose `size` of the ranks with each sum. */
function subsetSums(ranks: readonly number[], size: number): number[] {
  const most = sumOf(ranks.toSorted((a, b) => b - a).slice(0, size));
  const ways = Array.from({ length: size + 1 }, () => new Array<number>(most + 1).fill(0));
  ways[0]![0] = 1;
  for (const rank of ranks) {
    for (let chosen = size; chosen >= 1; chosen--) {
      const fewer = ways[chosen - 1]!;
      const these = ways[chosen]!;
      for (let sum = most; sum >= rank; sum--) these[sum]! += fewer[sum - rank]!;
    }
  }
  return ways[size]!;
}

/** How much greater b is: the median of all differences between a figure of b and one of a. */
export function estimateShift(a: readonly number[], b: readonly number[]): number {
  return medianOfSorted(sortedDifferences(a, b));
}

/** Exact where no figures are equal; ties make it cover at least as often. */
export function estimateShiftInterval(
  a: readonly number[],
  b: readonly number[],
  confidence: number,
): ShiftInterval {
  const distribution = mannWhitneyDistribution(a.length, b.length);
  return shiftInterval(sortedDifferences(a, b), distribution, confidence);
}

function sortedDifferences(a: readonly number[], b: readonly number[]): number[] {
  return b.flatMap((high) => a.map((low) => high - low)).toSorted((x, y) => x - y);
}

function sumOf(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}
