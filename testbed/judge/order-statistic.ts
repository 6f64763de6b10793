/** Which sample speaks for all, when they are sorted from the best to the worst. */
import type { Expression } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import type { ExpectationModel, Quantifier } from '../schema/model.ts';
import { isOrdering } from './quantity.ts';

/** Counted from 1. Nearest rank; of two in the middle the worse, so that it is a sample's own figure. */
export function rankOf(quantifier: Quantifier, count: number): number {
  switch (quantifier) {
    case 'every':
      return count;
    case 'median':
      return Math.floor(count / 2) + 1;
    case 'p90':
      return Math.ceil((count * 90) / 100);
    case 'p99':
      return Math.ceil((count * 99) / 100);
  }
}

/** Fewer samples than this say nothing of the quantile at 95 %: 0.9^29 and 0.99^299 are below 0.05. */
export function leastSamples(quantifier: Quantifier): number {
  switch (quantifier) {
    case 'every':
    case 'median':
      return 1;
    case 'p90':
      return 29;
    case 'p99':
      return 299;
  }
}

/**
 * A bound of times or rates is judged at the median; counts, ratios, sizes and invariants (equality,
 * conditions that are joined, `never`) in every sample. What is impossible is impossible every time.
 */
export function quantifierOf(
  { at, kind, that }: ExpectationModel,
  dimensionOf: (expression: Expression) => QuantityDimension | undefined,
): Quantifier {
  if (at !== undefined) return at;
  if (kind === 'ceiling' || that.kind !== 'binary') return 'every';
  const { operator, left, right } = that;
  if (!isOrdering(operator) || operator === '==' || operator === '!=') return 'every';
  const sides = [dimensionOf(left), dimensionOf(right)];
  return sides.includes('time') || sides.includes('rate') ? 'median' : 'every';
}
