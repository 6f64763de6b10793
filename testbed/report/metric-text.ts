/** Metrics as text, and what a list of them comes to. */
import { formatDuration, formatRate, formatSize } from '../../src/base/units.ts';
import type { Metric, SampleResult } from '../schema/result.ts';

type Value = Extract<Metric, { kind: 'value' }>;

const usualDigits = 4;

export function formatMetric(
  { value, dimension }: Omit<Value, 'kind'>,
  digits = usualDigits,
): string {
  switch (dimension) {
    case 'time':
      return formatDuration(value, digits);
    case 'rate':
      return formatRate(value, digits);
    case 'size':
      return formatSize(value, digits);
    case 'plain':
      return String(Number.isInteger(value) ? value : Number(value.toPrecision(digits)));
  }
}

export interface MetricSummary {
  readonly name: string;
  readonly case: string;
  readonly variant: string;
  readonly count: number;
  /** Samples in which it has no value. */
  readonly missing: number;
  readonly least: string;
  readonly median: string;
  readonly most: string;
}

/** One for each metric, case and variant, in the order in which the samples name them. */
export function summariseMetrics(samples: readonly SampleResult[]): MetricSummary[] {
  const places = Map.groupBy(samples, (sample) => JSON.stringify([sample.case, sample.variant]));
  return [...places.values()].flatMap((own) => {
    const names = new Set(own.flatMap((sample) => Object.keys(sample.metrics)));
    return [...names].map((name) => summariseMetric(name, own)).filter(isTelling);
  });
}

/** A property that a traffic of its kind never has (`ping.reordered`) is left out; a measure never is. */
function isTelling({ name, count }: MetricSummary): boolean {
  return count > 0 || !name.includes('.');
}

function summariseMetric(name: string, samples: readonly SampleResult[]): MetricSummary {
  const metrics = samples.flatMap((sample) => sample.metrics[name] ?? []);
  const values = metrics.filter((metric) => metric.kind === 'value');
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const text = (metric: Value | undefined): string => (metric ? formatMetric(metric) : '–');
  return {
    name,
    case: samples[0]!.case,
    variant: samples[0]!.variant,
    count: values.length,
    missing: metrics.length - values.length,
    least: text(sorted[0]),
    median: text(medianOf(sorted)),
    most: text(sorted.at(-1)),
  };
}

/** Between the two in the middle where their number is even. */
function medianOf(sorted: readonly Value[]): Value | undefined {
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) return undefined;
  return { ...upper, value: (upper.value + lower.value) / 2 };
}
