/** The two things that a metric can be. */
import type { Metric } from '../schema/result.ts';

export type MetricDimension = (Metric & { readonly kind: 'value' })['dimension'];

export function measured(value: number, dimension: MetricDimension): Metric {
  return { kind: 'value', value, dimension };
}

/** The reason is a sentence without its full stop. */
export function missing(reason: string): Metric {
  return { kind: 'missing', reason };
}
