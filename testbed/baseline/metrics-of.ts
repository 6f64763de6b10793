/** What all samples of one case of one variant came to. */
import type { SampleResult } from '../schema/result.ts';
import type { Figures } from './baseline.ts';

export function metricsOf(samples: readonly SampleResult[]): Record<string, Figures> {
  const names = new Set(samples.flatMap(({ metrics }) => Object.keys(metrics)));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const figures = figuresOf(name, samples);
      return figures === undefined ? [] : [[name, figures]];
    }),
  );
}

/** Undefined where no sample has a value: then nobody knows what it would be. */
function figuresOf(name: string, samples: readonly SampleResult[]): Figures | undefined {
  const metrics = samples.flatMap((sample) => sample.metrics[name] ?? []);
  const values = metrics.filter((metric) => metric.kind === 'value');
  if (values[0] === undefined) return undefined;
  return {
    dimension: values[0].dimension,
    missing: metrics.length - values.length,
    values: values.map(({ value }) => value).toSorted((a, b) => a - b),
  };
}
