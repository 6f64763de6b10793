/**
 * Whether b differs from a, from pairs that ran side by side in the order a b b a. Figures are compared
 * by their ratio b / a: the logarithms of the ratios are taken to lie symmetrically around that of the
 * true ratio, which a swap of a and b makes plausible by itself where nothing differs.
 *
 * Two looks are planned, after 10 and after 20 pairs. The error is split between them: 1 % at the first,
 * 2 % at the second, two-sided, so that by Bonferroni what is said at either holds with 97 %. 1 % and 4 %
 * would keep 95 %, but on a noisy machine raise about one false alarm in 100, which is all that is
 * allowed (`reports/proof/error-rates.md`).
 */
import { exponential, naturalLog } from '../../src/base/arithmetic.ts';
import { hodgesLehmann, hodgesLehmannInterval } from './hodges-lehmann.ts';
import { adjustByHolm } from './holm.ts';
import { testSignedRanks } from './signed-rank.ts';

export interface Pair {
  readonly a: number;
  readonly b: number;
}

export interface PairedLook {
  /** All pairs until now. */
  readonly pairs: number;
  /** The share of the error that this look may spend, two-sided. */
  readonly errorRatio: number;
  readonly isLast: boolean;
}

export const pairedLooks = [
  { pairs: 10, errorRatio: 0.01, isLast: false },
  { pairs: 20, errorRatio: 0.02, isLast: true },
] as const satisfies readonly PairedLook[];

export interface ComparisonSettings {
  readonly look: PairedLook;
  /** 0.05: a ratio between 1 / 1.05 and 1.05 makes no difference to anybody. */
  readonly marginRatio: number;
  /** What equal sides differ by on this machine (`noise-floor.ts`); the margin is never smaller. */
  readonly noiseFloorRatio: number;
  readonly better: 'higher' | 'lower';
}

/** `incomparable`: a figure that is not positive has no ratio. `undecided`: more pairs, or say so. */
export type ComparisonDecision = 'same' | 'better' | 'worse' | 'undecided' | 'incomparable';

export interface PairedComparison {
  readonly decision: ComparisonDecision;
  readonly pairs: number;
  /** b / a: Hodges and Lehmann's estimate. Undefined where there is nothing to compare. */
  readonly ratio: number | undefined;
  /** Undefined: so few pairs give no bound. */
  readonly lowerRatio: number | undefined;
  readonly upperRatio: number | undefined;
  /** Of the interval, exactly. */
  readonly coverage: number;
  /** Signed-rank, two-sided; after Holm where several are compared together. */
  readonly pValue: number;
  /** What was asked for, or the noise floor. */
  readonly marginRatio: number;
}

export function comparePairs(
  pairs: readonly Pair[],
  settings: ComparisonSettings,
): PairedComparison {
  return comparePairFamily([pairs], [settings])[0]!;
}

/**
 * Several metrics of the same runs, each with settings of its own and all at one look. A difference is
 * called one only if it stands after Holm's adjustment, so that many metrics do not raise many alarms.
 */
export function comparePairFamily(
  family: readonly (readonly Pair[])[],
  settings: readonly ComparisonSettings[],
): PairedComparison[] {
  const estimates = family.map((pairs, at) => estimatePairs(pairs, settings[at]!));
  const adjusted = adjustByHolm(estimates.map(({ pValue }) => pValue));
  return estimates.map((estimate, at) => {
    const comparison = { ...estimate, pValue: adjusted[at]! };
    return { ...comparison, decision: decideComparison(comparison, settings[at]!) };
  });
}

type Estimate = Omit<PairedComparison, 'decision'>;

function estimatePairs(pairs: readonly Pair[], settings: ComparisonSettings): Estimate {
  const marginRatio = Math.max(settings.marginRatio, settings.noiseFloorRatio);
  const base = { pairs: pairs.length, marginRatio };
  if (pairs.length === 0 || !pairs.every(isComparable)) return { ...base, ...nothingKnown };
  const differences = logRatios(pairs);
  const interval = hodgesLehmannInterval(differences, 1 - settings.look.errorRatio);
  const { lower, upper, coverage } = interval;
  return {
    ...base,
    ratio: exponential(hodgesLehmann(differences)),
    lowerRatio: lower === undefined ? undefined : exponential(lower),
    upperRatio: upper === undefined ? undefined : exponential(upper),
    coverage,
    pValue: testSignedRanks(differences).twoSidedP,
  };
}

const nothingKnown = {
  ratio: undefined,
  lowerRatio: undefined,
  upperRatio: undefined,
  coverage: 1,
  pValue: 1,
} as const;

function isComparable({ a, b }: Pair): boolean {
  return a > 0 && b > 0 && Number.isFinite(a) && Number.isFinite(b);
}

/** ln b - ln a of each pair; the figures must be positive. */
export function logRatios(pairs: readonly Pair[]): number[] {
  return pairs.map(({ a, b }) => naturalLog(b) - naturalLog(a));
}

function decideComparison(estimate: Estimate, settings: ComparisonSettings): ComparisonDecision {
  const { ratio, lowerRatio, upperRatio, marginRatio, pValue, pairs } = estimate;
  if (ratio === undefined) return pairs === 0 ? 'undecided' : 'incomparable';
  if (lowerRatio === undefined || upperRatio === undefined) return 'undecided';
  const most = 1 + marginRatio;
  if (lowerRatio >= 1 / most && upperRatio <= most) return 'same';
  if (pValue > settings.look.errorRatio) return 'undecided';
  if (lowerRatio > 1 && ratio > most) return settings.better === 'higher' ? 'better' : 'worse';
  if (upperRatio < 1 && ratio < 1 / most) return settings.better === 'lower' ? 'better' : 'worse';
  return 'undecided';
}
