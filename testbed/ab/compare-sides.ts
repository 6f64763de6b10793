/** One verdict for each figure of two sides that ran the same samples by turns. */
import type { Metric, Result } from '../schema/result.ts';
import { distancesBetween, floorOfDistances } from '../statistics/noise-floor.ts';
import {
  type ComparisonDecision,
  comparePairFamily,
  type Pair,
  type PairedLook,
} from '../statistics/paired-comparison.ts';
import { testSignedRanks } from '../statistics/signed-rank.ts';

export interface FigurePairs {
  readonly scenario: string;
  readonly case: string;
  readonly variant: string;
  readonly metric: string;
  readonly dimension: Extract<Metric, { kind: 'value' }>['dimension'];
  readonly better: 'higher' | 'lower';
  readonly pairs: readonly Pair[];
}

export interface ComparedFigure extends FigurePairs {
  readonly decision: ComparisonDecision;
  /** b / a; undefined where a figure is not positive. */
  readonly ratio: number | undefined;
  readonly lowerRatio: number | undefined;
  readonly upperRatio: number | undefined;
  readonly marginRatio: number;
}

/** Results of the same samples, in the order in which they were run. */
export interface SampleOfSides {
  readonly a: Result;
  readonly b: Result;
}

/** Measures that are better one way; of a scenario without any, what its traffics say of themselves. */
export function listFigures(samples: readonly SampleOfSides[]): FigurePairs[] {
  const found = new Map<string, FigurePairs & { readonly pairs: Pair[] }>();
  for (const { a, b } of samples) {
    for (const one of a.samples) {
      const other = b.samples.find(
        (sample) =>
          sample.case === one.case &&
          sample.variant === one.variant &&
          sample.sample === one.sample,
      );
      // A rig that was off, and a program that crashed, say nothing of a figure.
      if (one.outcome.kind !== 'finished' || other?.outcome.kind !== 'finished') continue;
      for (const [metric, left] of Object.entries(one.metrics)) {
        const better = a.metrics?.[metric]?.better;
        const right = other.metrics[metric];
        if (better === undefined || left.kind !== 'value' || right?.kind !== 'value') continue;
        const { case: caseId, variant } = one;
        const key = JSON.stringify([a.scenario, caseId, variant, metric]);
        const place = { scenario: a.scenario, case: caseId, variant, metric };
        const { dimension } = left;
        const figure = found.get(key) ?? { ...place, dimension, better, pairs: [] };
        figure.pairs.push({ a: left.value, b: right.value });
        found.set(key, figure);
      }
    }
  }
  const all = [...found.values()];
  const isMeasure = ({ metric }: FigurePairs): boolean => !metric.includes('.');
  const measured = new Set(all.filter(isMeasure).map(({ scenario }) => scenario));
  return all.filter((one) => isMeasure(one) || !measured.has(one.scenario));
}

export interface CompareSettings {
  readonly look: PairedLook;
  readonly marginRatio: number;
}

/** Together, so that many figures do not raise many alarms. */
export function compareFigures(
  figures: readonly FigurePairs[],
  { look, marginRatio }: CompareSettings,
): ComparedFigure[] {
  const settings = figures.map(({ pairs, better }) => ({
    ...{ look, marginRatio, better },
    noiseFloorRatio: noiseOf(pairs),
  }));
  const compared = comparePairFamily(
    figures.map(({ pairs }) => pairs),
    settings,
  );
  return figures.map((figure, at) => {
    const { decision, ratio, lowerRatio, upperRatio, marginRatio: margin } = compared[at]!;
    const told = isAlike(figure)
      ? 'same'
      : decision === 'incomparable'
        ? decideBySign(figure, look)
        : decision;
    return { ...figure, decision: told, ratio, lowerRatio, upperRatio, marginRatio: margin };
  });
}

function isAlike({ pairs }: FigurePairs): boolean {
  return pairs.length > 0 && pairs.every(({ a, b }) => a === b);
}

/** Counts that may be 0 have no ratio: more of them in nearly all pairs is more. */
function decideBySign({ pairs, better }: FigurePairs, look: PairedLook): ComparisonDecision {
  const { lessP, greaterP } = testSignedRanks(pairs.map(({ a, b }) => b - a));
  const spent = look.errorRatio / 2;
  if (greaterP <= spent) return better === 'higher' ? 'better' : 'worse';
  if (lessP <= spent) return better === 'lower' ? 'better' : 'worse';
  return 'undecided';
}

/** Equal sides that follow each other show what this machine makes of nothing. */
function noiseOf(pairs: readonly Pair[]): number {
  const sides = [pairs.map(({ a }) => a), pairs.map(({ b }) => b)];
  if (!sides.flat().every((value) => value > 0)) return 0;
  return floorOfDistances(sides.map(distancesBetween), pairs.length) ?? 0;
}
