/** One verdict for each figure of two sides that ran the same samples by turns. */
import type { Direction } from '../schema/model.ts';
import type { Metric, Result, SampleResult } from '../schema/result.ts';
import { distancesBetween, floorOfDistances } from '../statistics/noise-floor.ts';
import {
  type ComparisonDecision,
  comparePairFamily,
  type Pair,
  type PairedLook,
} from '../statistics/paired-comparison.ts';
import { testSignedRanks } from '../statistics/signed-rank.ts';

type Dimension = Extract<Metric, { kind: 'value' }>['dimension'];

export interface FigurePairs {
  readonly scenario: string;
  readonly case: string;
  readonly variant: string;
  readonly metric: string;
  readonly dimension: Dimension;
  /** Undefined: nobody said which way it is better. */
  readonly better: Direction | undefined;
  readonly pairs: readonly Pair[];
}

/** `differs`: and neither way is better. */
export type FigureDecision = ComparisonDecision | 'differs';

export interface ComparedFigure extends FigurePairs {
  readonly decision: FigureDecision;
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

interface SamplePair {
  readonly a: SampleResult;
  readonly b: SampleResult;
  readonly of: Result;
}

/**
 * Measures; of a scenario without any, what its traffics say of themselves where that is better one way. And
 * how many samples finished, where some did not: a side that crashes has no other figure.
 */
export function listFigures(samples: readonly SampleOfSides[]): FigurePairs[] {
  const pairs = samples.flatMap(pairsIn);
  const figures = gather(pairs.filter(isSound).flatMap(figuresIn));
  const isMeasure = ({ metric }: FigurePairs): boolean => !metric.includes('.');
  const measured = new Set(figures.filter(isMeasure).map(({ scenario }) => scenario));
  const told = figures.filter((one) =>
    isMeasure(one) ? true : !measured.has(one.scenario) && one.better !== undefined,
  );
  const ends = gather(pairs.map(endOf));
  return [...told, ...ends.filter((one) => one.pairs.some(({ a, b }) => a === 0 || b === 0))];
}

function pairsIn({ a, b }: SampleOfSides): SamplePair[] {
  return a.samples.flatMap((one) => {
    const other = b.samples.find(
      ({ case: caseId, variant, sample }) =>
        caseId === one.case && variant === one.variant && sample === one.sample,
    );
    return other === undefined ? [] : [{ a: one, b: other, of: a }];
  });
}

/** A rig that was off, and a program that crashed, say nothing of a figure. */
function isSound({ a, b }: SamplePair): boolean {
  return a.outcome.kind === 'finished' && b.outcome.kind === 'finished';
}

function figuresIn({ a, b, of }: SamplePair): FigurePairs[] {
  return Object.entries(a.metrics).flatMap(([metric, left]) => {
    const right = b.metrics[metric];
    if (left.kind !== 'value' || right?.kind !== 'value') return [];
    const { dimension } = left;
    const better = of.metrics?.[metric]?.better ?? usuallyBetter(metric, dimension);
    const place = { scenario: of.scenario, case: a.case, variant: a.variant };
    return [{ ...place, metric, dimension, better, pairs: [{ a: left.value, b: right.value }] }];
  });
}

/** Of what a command reports: a shorter time, a higher rate. */
function usuallyBetter(metric: string, dimension: Dimension): Direction | undefined {
  if (metric.includes('.')) return undefined;
  return dimension === 'time' ? 'lower' : dimension === 'rate' ? 'higher' : undefined;
}

function endOf({ a, b, of }: SamplePair): FigurePairs {
  const place = { scenario: of.scenario, case: a.case, variant: a.variant };
  const share = ({ outcome }: SampleResult): number => (outcome.kind === 'failed' ? 0 : 1);
  const pairs = [{ a: share(a), b: share(b) }];
  return { ...place, metric: 'finished', dimension: 'plain', better: 'higher', pairs };
}

/** Those of the same figure become one with all pairs. */
function gather(single: readonly FigurePairs[]): FigurePairs[] {
  const groups = Map.groupBy(single, (one) =>
    JSON.stringify([one.scenario, one.case, one.variant, one.metric]),
  );
  return [...groups.values()].map((own) => ({
    ...own[0]!,
    pairs: own.flatMap(({ pairs }) => pairs),
  }));
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
    ...{ look, marginRatio, better: better ?? 'lower' },
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
    const isTold = figure.better !== undefined || (told !== 'better' && told !== 'worse');
    const own = isTold ? told : 'differs';
    return { ...figure, decision: own, ratio, lowerRatio, upperRatio, marginRatio: margin };
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
