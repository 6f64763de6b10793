/** Samples by where they are of, and what a place is called in a picture. */

import type { Metric, Result, SampleResult } from '../../schema/result.ts';
import { quantileInterval } from '../../statistics/order-statistics.ts';

export interface Place {
  readonly case: string;
  readonly variant: string;
  readonly samples: readonly SampleResult[];
}

export function placesIn({ samples }: Pick<Result, 'samples'>): Place[] {
  const places = Map.groupBy(samples, (one) => JSON.stringify([one.case, one.variant]));
  return [...places.values()].map((own) => ({
    case: own[0]!.case,
    variant: own[0]!.variant,
    samples: own,
  }));
}

/** `wifi.loss=2%, wifi.delay=10ms · codel`: the first word of a key says little, and room is dear. */
export function nameOf(place: Pick<Place, 'case' | 'variant'>, fallback: string): string {
  const parts = [shortCase(place.case), place.variant].filter((part) => part !== 'default');
  return parts.length === 0 ? fallback : parts.join(' · ');
}

function shortCase(caseId: string): string {
  return caseId
    .split(/,(?=[^,=]+=)/)
    .map((part) => part.replace(/^(?:links|nodes|traffic|programs|measure)\.(?=[^=]*\.[^=]*=)/, ''))
    .join(', ');
}

type Value = Extract<Metric, { kind: 'value' }>;

export interface MetricValue {
  readonly sample: number;
  readonly value: number;
  readonly outlier: boolean;
}

export function valuesOf({ samples }: Place, metric: string): MetricValue[] {
  return samples.flatMap(({ sample, metrics }) => {
    const found = metrics[metric];
    if (found?.kind !== 'value') return [];
    return [{ sample, value: found.value, outlier: found.outlier === true }];
  });
}

/** Numbers of the samples that have no value of it, and say so. */
export function missingOf({ samples }: Place, metric: string): number[] {
  return samples.flatMap(({ sample, metrics }) =>
    metrics[metric]?.kind === 'missing' ? [sample] : [],
  );
}

/** Measures first, in the order of the file; then what traffics have of themselves. */
export function metricNames({ samples }: Pick<Result, 'samples'>): string[] {
  const names = [...new Set(samples.flatMap(({ metrics }) => Object.keys(metrics)))];
  const isOwn = (name: string): boolean => !name.includes('.');
  return [...names.filter(isOwn), ...names.filter((name) => !isOwn(name))];
}

export function dimensionOf(
  { samples }: Pick<Result, 'samples'>,
  metric: string,
): Value['dimension'] | undefined {
  for (const { metrics } of samples) {
    const found = metrics[metric];
    if (found?.kind === 'value') return found.dimension;
  }
  return undefined;
}

const baseUnits = {
  time: '_ns',
  rate: '_bps',
  size: '_bytes',
  plain: '',
} as const satisfies Readonly<Record<Value['dimension'], string>>;

/** `median_ns`: how a column of figures behind a picture is called. */
export function columnOf(name: string, dimension: Value['dimension']): string {
  return `${name}${baseUnits[dimension]}`;
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2;
}

const confidence = 0.95;
/** The exact ranks of more samples take long, and are those of the normal distribution to a hair. */
const mostExact = 300;

/** Undefined: so few samples bound no median. */
export function medianInterval(
  sorted: readonly number[],
): readonly [low: number, high: number] | undefined {
  const count = sorted.length;
  if (count > mostExact) {
    const reach = 0.98 * Math.sqrt(count);
    return [sorted[Math.floor(count / 2 - reach)]!, sorted[Math.ceil(count / 2 + reach)]!];
  }
  const { lower, upper } = quantileInterval(sorted, 0.5, confidence, 'two-sided');
  return lower === undefined || upper === undefined ? undefined : [lower, upper];
}
