/** What was measured and what it was held against, as text. */
import type { Metric } from '../schema/result.ts';
import type { Decided } from './decide.ts';
import type { Value } from './evaluate.ts';
import type { Deciding } from './finding.ts';
import type { Ordering } from './quantity.ts';
import { formatApart, formatValue } from './value-text.ts';

export interface Sides {
  readonly left: string;
  readonly right: string;
}

/** Stands where nothing was measured. */
export const nothing = '–';

export function formatSides(by: Deciding | undefined): Sides {
  if (by === undefined) return { left: nothing, right: nothing };
  if (by.kind === 'never') {
    return { left: formatNever(by.value), right: by.wantsValue ? 'a value' : 'never' };
  }
  const { left, right } = by;
  if (left.kind === 'missing' || right.kind === 'missing') {
    return { left: formatOne(left), right: formatOne(right) };
  }
  // A plain 0 may stand beside any dimension.
  const dimension = left.dimension === 'plain' ? right.dimension : left.dimension;
  const [first, second] = formatApart(left.value, right.value, dimension);
  return { left: first, right: second };
}

/** The sides as a row shows them: `≤ 110 ms`. */
export function formatBound(by: Deciding | undefined): Sides {
  const sides = formatSides(by);
  if (by?.kind !== 'comparison' || sides.right === nothing) return sides;
  return { ...sides, right: `${signs[by.operator]} ${sides.right}` };
}

export const signs = {
  '<': '<',
  '<=': '≤',
  '>': '>',
  '>=': '≥',
  '==': '=',
  '!=': '≠',
} as const satisfies Readonly<Record<Ordering, string>>;

function formatNever(value: Value): string {
  return value.kind === 'missing' ? 'never' : formatOne(value);
}

function formatOne(value: Value): string {
  return value.kind === 'missing' ? nothing : formatValue(value.value, value.dimension);
}

/** Of the left sides, as far as one comparison decided in all samples. */
export function medianLeft(sorted: readonly Decided[]): string | undefined {
  const values: Extract<Metric, { kind: 'value' }>[] = [];
  for (const { finding } of sorted) {
    const { by } = finding;
    if (by.kind === 'never' || by.left.kind === 'missing') return undefined;
    values.push(by.left);
  }
  values.sort((a, b) => a.value - b.value);
  const [lower, upper] = [values[(values.length - 1) >> 1], values[values.length >> 1]];
  if (lower === undefined || upper === undefined) return undefined;
  return formatValue((lower.value + upper.value) / 2, lower.dimension);
}
