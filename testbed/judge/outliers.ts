/** Figures far from the other samples of their case and variant: marked, never left out. */
import type { Metric, SampleResult } from '../schema/result.ts';

/** A figure is far if it is more than so many times the usual distance from the median. */
const farDistances = 10;
/** Fewer figures do not say what is usual. */
const leastFigures = 5;

/**
 * The usual distance is the median of all distances from the median (MAD). Where more than half of the
 * figures are the same it is 0, there is nothing to measure by, and none is marked.
 */
export function markOutliers(samples: readonly SampleResult[]): SampleResult[] {
  const places = Map.groupBy(samples, (sample) => JSON.stringify([sample.case, sample.variant]));
  const limits = new Map([...places].map(([place, own]) => [place, limitsOf(own)]));
  return samples.map((sample) => {
    const own = limits.get(JSON.stringify([sample.case, sample.variant]))!;
    const metrics = Object.entries(sample.metrics).map(([name, metric]) => [
      name,
      isOutlier(metric, own.get(name)) ? { ...metric, outlier: true } : metric,
    ]);
    return { ...sample, metrics: Object.fromEntries(metrics) };
  });
}

interface Limits {
  readonly median: number;
  readonly distance: number;
}

function limitsOf(samples: readonly SampleResult[]): Map<string, Limits> {
  const names = new Set(samples.flatMap(({ metrics }) => Object.keys(metrics)));
  return new Map(
    [...names].flatMap((name) => {
      const values = samples.flatMap(({ metrics }) => {
        const metric = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
        return metric?.kind === 'value' ? [metric.value] : [];
      });
      if (values.length < leastFigures) return [];
      const median = medianOf(values);
      const usual = medianOf(values.map((value) => Math.abs(value - median)));
      return usual > 0 ? [[name, { median, distance: farDistances * usual }] as const] : [];
    }),
  );
}

function isOutlier(metric: Metric, limits: Limits | undefined): boolean {
  if (metric.kind === 'missing' || limits === undefined) return false;
  return Math.abs(metric.value - limits.median) > limits.distance;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1]!;
  const lower = sorted[(sorted.length - 1) >> 1]!;
  return lower + (upper - lower) / 2;
}
