/** A result held against its references, metric by metric. */
import type { Direction } from '../schema/model.ts';
import type { MetricFacts, Result, SampleResult, Verdict } from '../schema/result.ts';
import type { Figures } from './baseline.ts';
import type { FoundReference, Reference, ReferenceBook } from './lookup-reference.ts';
import { metricsOf } from './metrics-of.ts';
import { noiseFloorOf } from './noise-of.ts';

/**
 * `same`: the very figures. `within`: its median is no further off than the margin. `changed`: it
 * moved, and neither way is better. `not-judged`: in real time figures differ each time, and the
 * scenario states no margin. `unsettled`: what the margin must not be under is not known.
 */
export type Standing =
  | 'same'
  | 'within'
  | 'better'
  | 'worse'
  | 'changed'
  | 'not-judged'
  | 'unsettled'
  | 'other-seed'
  | Exclude<FoundReference['kind'], 'reference'>;

export interface Comparison {
  readonly case: string;
  readonly variant: string;
  readonly metric: string;
  readonly standing: Standing;
  /** Undefined: no sample has a value now. */
  readonly now: Figures | undefined;
  readonly found: FoundReference;
  /** Of medians, now to then; undefined where there is none or then it was 0. */
  readonly ratio: number | undefined;
  /** As the scenario states it, or what equal runs seem to differ by, if that is more. */
  readonly marginRatio: number | undefined;
  /** The number of the sample to look at; undefined: there is none. */
  readonly worstSample: number | undefined;
}

/** What was never saved, or is of another scenario, is not known to be well. */
export const verdictFor = {
  same: 'pass',
  within: 'pass',
  better: 'pass',
  worse: 'fail',
  changed: 'fail',
  'not-judged': 'unsupported',
  unsettled: 'inconclusive',
  'other-machine': 'unsupported',
  'other-scenario': 'inconclusive',
  'other-seed': 'inconclusive',
  none: 'inconclusive',
} as const satisfies Readonly<Record<Standing, Verdict>>;

export function compareResult(result: Result, book: ReferenceBook): Comparison[] {
  const places = Map.groupBy(result.samples, (one) => JSON.stringify([one.case, one.variant]));
  return [...places.values()].flatMap((samples) => {
    const figures = metricsOf(samples);
    const names = new Set(samples.flatMap(({ metrics }) => Object.keys(metrics)));
    return [...names].flatMap((metric) => {
      const { case: caseId, variant } = samples[0]!;
      const found = book.lookup({ caseId, variant, metric });
      const now = figures[metric];
      // It has no value now and had none then.
      if (now === undefined && found.kind === 'none') return [];
      const stated = result.metrics?.[metric] ?? { better: undefined, marginRatio: undefined };
      const facts = { ...stated, ...widen(stated, metric, samples, result) };
      return compare({ metric, now, found, samples, facts, result });
    });
  });
}

/** In virtual time there is no noise. */
function widen(
  { marginRatio }: MetricFacts,
  metric: string,
  samples: readonly SampleResult[],
  result: Result,
): Pick<NoisyFacts, 'marginRatio' | 'isUnsettled'> {
  if (result.lab === 'sim' || marginRatio === undefined) return { marginRatio, isUnsettled: false };
  const floor = noiseFloorOf(metric, samples, result);
  return { marginRatio: Math.max(marginRatio, floor ?? 0), isUnsettled: floor === undefined };
}

interface NoisyFacts extends MetricFacts {
  readonly isUnsettled: boolean;
}

interface Comparing {
  readonly metric: string;
  readonly now: Figures | undefined;
  readonly found: FoundReference;
  readonly samples: readonly SampleResult[];
  readonly facts: NoisyFacts;
  readonly result: Pick<Result, 'lab' | 'seed'>;
}

function compare(comparing: Comparing): Comparison {
  const { metric, now, found, samples, facts } = comparing;
  const then = found.kind === 'none' ? undefined : found;
  const median = now === undefined ? undefined : medianOf(now.values);
  const before = then === undefined ? 0 : medianOf(then.sortedValues);
  return {
    ...{ case: samples[0]!.case, variant: samples[0]!.variant, metric, now, found },
    standing: standingOf(comparing),
    ratio: median === undefined || before === 0 ? undefined : median / before,
    marginRatio: facts.marginRatio,
    worstSample: worstOf(metric, samples, facts.better),
  };
}

function standingOf({ now, found, facts, result }: Comparing): Standing {
  if (found.kind !== 'reference') return found.kind;
  if (result.lab === 'sim' && found.seed !== result.seed) return 'other-seed';
  if (now === undefined) return 'worse';
  if (result.lab === 'sim' && isSame(now, found)) return 'same';
  const { better, marginRatio } = facts;
  if (result.lab !== 'sim' && marginRatio === undefined) return 'not-judged';
  const moreMissing = missingShare(now) - missingShare({ ...found, values: found.sortedValues });
  if (moreMissing > 0) return 'worse';
  if (facts.isUnsettled) return 'unsettled';
  const [median, before] = [medianOf(now.values), medianOf(found.sortedValues)];
  if (marginRatio !== undefined && isWithinMargin(median, before, marginRatio)) return 'within';
  const standing = moved(now.values, found.sortedValues, better);
  return standing === 'changed' && moreMissing < 0 ? 'better' : standing;
}

/** As the judge has it: a tenth more, or less by what a tenth more would make good. */
function isWithinMargin(now: number, then: number, marginRatio: number): boolean {
  return now <= then * (1 + marginRatio) && now >= then / (1 + marginRatio);
}

/** Sample 3 is sample 3: of fewer samples than were saved, all are among those, and the other way round. */
function isSame(now: Figures, then: Reference): boolean {
  const before = { missing: then.missing, values: then.sortedValues };
  const [small, large] = countOf(now) <= countOf(before) ? [now, before] : [before, now];
  return small.missing <= large.missing && isWithin(small.values, large.values);
}

type Counted = Pick<Figures, 'missing' | 'values'>;

function countOf({ missing, values }: Counted): number {
  return missing + values.length;
}

/** Both sorted; a figure that stands twice in one must stand twice in the other. */
function isWithin(few: readonly number[], many: readonly number[]): boolean {
  let at = 0;
  for (const value of few) {
    while (at < many.length && many[at]! < value) at++;
    if (many[at++] !== value) return false;
  }
  return true;
}

/** By the medians; where those are equal, by the means. */
function moved(
  now: readonly number[],
  then: readonly number[],
  better: Direction | undefined,
): Standing {
  const more = medianOf(now) - medianOf(then) || meanOf(now) - meanOf(then);
  if (better === undefined || more === 0) return 'changed';
  return more > 0 === (better === 'higher') ? 'better' : 'worse';
}

function worstOf(
  metric: string,
  samples: readonly SampleResult[],
  better: Direction | undefined,
): number | undefined {
  const missing = samples.find((one) => one.metrics[metric]?.kind === 'missing');
  if (missing !== undefined) return missing.sample;
  const valued = samples.flatMap(({ sample, metrics }) => {
    const one = metrics[metric];
    return one?.kind === 'value' ? [{ sample, value: one.value }] : [];
  });
  const sorted = valued.toSorted((a, b) => a.value - b.value);
  return (better === 'higher' ? sorted[0] : sorted.at(-1))?.sample;
}

function missingShare(figures: Counted): number {
  return figures.missing / countOf(figures);
}

export function medianOf(sorted: readonly number[]): number {
  const upper = sorted[sorted.length >> 1]!;
  return (upper + sorted[(sorted.length - 1) >> 1]!) / 2;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
