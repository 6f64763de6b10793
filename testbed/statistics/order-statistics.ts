/**
 * Bounds of a quantile that hold for any distribution: two of the samples themselves, with the exact
 * chance that the quantile lies between them (David and Nagaraja, Order Statistics, 7.1). With n samples
 * the number below the q-quantile is binomial(n, q). Ties only make the bounds cover more often.
 */
import { addTrials, binomialDistribution } from './binomial.ts';

/** `lower`: how small the quantile may be, one-sided. `upper`: how large. */
export type IntervalSide = 'two-sided' | 'lower' | 'upper';

/** Which of the sorted samples are the bounds, counted from 1. */
export interface QuantileRanks {
  /** Undefined: so few samples give no bound on this side, or none was asked for. */
  readonly lowerRank: number | undefined;
  readonly upperRank: number | undefined;
  /** The exact chance that the interval holds the quantile; at least the confidence asked for. */
  readonly coverage: number;
}

export interface QuantileInterval extends QuantileRanks {
  /** Undefined: minus infinity. */
  readonly lower: number | undefined;
  /** Undefined: infinity. */
  readonly upper: number | undefined;
}

/** `sorted` from the least to the greatest. Two-sided gives each tail half of what may be missed. */
export function quantileInterval(
  sorted: readonly number[],
  quantile: number,
  confidence: number,
  side: IntervalSide,
): QuantileInterval {
  const ranks = quantileRanks(sorted.length, quantile, confidence, side);
  const { lowerRank, upperRank } = ranks;
  const lower = lowerRank === undefined ? undefined : sorted[lowerRank - 1];
  const upper = upperRank === undefined ? undefined : sorted[upperRank - 1];
  return { ...ranks, lower, upper };
}

export function quantileRanks(
  sampleCount: number,
  quantile: number,
  confidence: number,
  side: IntervalSide,
): QuantileRanks {
  const below = binomialDistribution(sampleCount, quantile);
  const missable = side === 'two-sided' ? (1 - confidence) / 2 : 1 - confidence;
  const low = side === 'upper' ? noTail : tailWithin(below, missable);
  const high = side === 'lower' ? noTail : tailWithin(below.toReversed(), missable);
  return {
    lowerRank: low.terms > 0 ? low.terms : undefined,
    upperRank: high.terms > 0 ? sampleCount + 1 - high.terms : undefined,
    coverage: 1 - low.chance - high.chance,
  };
}

interface Tail {
  readonly terms: number;
  readonly chance: number;
}

const noTail: Tail = { terms: 0, chance: 0 };

/** As many terms from the start as stay within what may be missed. */
function tailWithin(distribution: readonly number[], missable: number): Tail {
  let chance = 0;
  for (const [terms, one] of distribution.entries()) {
    if (chance + one > missable) return { terms, chance };
    chance += one;
  }
  return { terms: distribution.length - 1, chance };
}

/**
 * How many samples are needed so that a bound may hold for the quantile, one-sided, though
 * `exceedances` of them lie beyond it: 29 for p90 at 95 % where none may, 46 where one may.
 */
export function neededSamples(quantile: number, confidence: number, exceedances = 0): number {
  let beyond = [1];
  for (let samples = 1; ; samples++) {
    beyond = addTrials(beyond, 1, 1 - quantile).slice(0, exceedances + 1);
    const chanceOfSoFew = beyond.reduce((sum, chance) => sum + chance, 0);
    if (samples > exceedances && chanceOfSoFew <= 1 - confidence) return samples;
  }
}
