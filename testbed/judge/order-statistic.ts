/** Which sample speaks for all, when they are sorted from the best to the worst. */

import type { Expression } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import type { ExpectationModel, Quantifier } from '../schema/model.ts';
import { neededSamples } from '../statistics/order-statistics.ts';
import { heldShare } from '../statistics/planned-looks.ts';
import { isOrdering } from './quantity.ts';

/** Of a verdict, over all its looks. */
export const confidence = 0.95;

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

/** Fewer samples than this never show the statistic: 0.5^5, 0.9^29 and 0.99^299 are below 0.05. */
export function leastSamples(quantifier: Quantifier): number {
  return quantifier === 'every' ? 1 : neededSamples(heldShare(quantifier), confidence);
}

/**
 * A bound of times or rates is judged at the median, where there will be samples enough for one; counts,
 * ratios, sizes and invariants (equality, conditions that are joined, `never`) in every sample. What is
 * impossible is impossible every time.
 */
export function quantifierOf(
  { at, kind, that }: ExpectationModel,
  dimensionOf: (expression: Expression) => QuantityDimension | undefined,
  mostSamples: number,
): Quantifier {
  if (at !== undefined) return at;
  if (kind === 'ceiling' || mostSamples < leastSamples('median')) return 'every';
  const sides = sidesOf(that).map(dimensionOf);
  return sides.includes('time') || sides.includes('rate') ? 'median' : 'every';
}

/** What a statistic of could be taken: the sides of an inequality, or the value itself. */
function sidesOf(that: Expression): Expression[] {
  if (that.kind === 'name') return [that];
  if (that.kind !== 'binary' || !isOrdering(that.operator)) return [];
  return that.operator === '==' || that.operator === '!=' ? [] : [that.left, that.right];
}
