/** Which variants an expectation speaks of. */
import type { Expression } from '../schema/expression.ts';
import { namesIn } from '../schema/expression-names.ts';
import { splitName } from './evaluate.ts';

export interface SpokenOf {
  /** Those that it names. */
  readonly named: readonly string[];
  /** All that it takes samples of; none where each variant is judged by itself. */
  readonly involved: readonly string[];
}

/**
 * `codel.wait < drop-tail.wait` speaks of just those two. The plain `gap` of `gap <= 0.5 * kernel.gap`
 * is that of the first variant which is not named, or else of the first.
 */
export function variantsSpokenOf(expression: Expression, variants: readonly string[]): SpokenOf {
  const found = namesIn(expression).map((path) => splitName(path, variants).variant);
  const named = variants.filter((variant) => found.includes(variant));
  if (named.length === 0 || !found.includes(undefined)) return { named, involved: named };
  const subject = variants.find((variant) => !named.includes(variant)) ?? variants[0]!;
  return { named, involved: [subject, ...named.filter((variant) => variant !== subject)] };
}
