/** What an expression comes to where its figures lie between two values each. */
import type { Expression } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import { type EvaluationScope, evaluateQuantity } from './evaluate.ts';
import type { Blame, FigureRange } from './figure-range.ts';
import { type Arithmetic, calculate } from './quantity.ts';

export interface QuantityRange extends FigureRange {
  readonly dimension: QuantityDimension;
}

export interface RangeScope extends EvaluationScope {
  rangeOfName(path: readonly string[]): QuantityRange | undefined;
}

/** Undefined: a part has no value. */
export function evaluateRange(
  expression: Expression,
  scope: RangeScope,
): QuantityRange | undefined {
  switch (expression.kind) {
    case 'name':
      return scope.rangeOfName(expression.path);
    case 'negate':
      return negated(evaluateRange(expression.operand, scope));
    case 'binary':
      return joined(expression, scope);
    case 'call':
      if (expression.name === 'min' || expression.name === 'max') {
        return extreme(expression, expression.name, scope);
      }
      return pointOf(expression, scope);
    case 'number':
    case 'not':
      return pointOf(expression, scope);
  }
}

const noBlame: Blame = { lateNs: 0, lostFrames: 0 };

function pointOf(expression: Expression, scope: RangeScope): QuantityRange | undefined {
  const found = evaluateQuantity(expression, scope);
  if (found.kind === 'missing') return undefined;
  const { value, dimension } = found;
  return { low: value, high: value, dimension, blame: noBlame };
}

function negated(range: QuantityRange | undefined): QuantityRange | undefined {
  return range && { ...range, low: -range.high, high: -range.low };
}

function joined(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  scope: RangeScope,
): QuantityRange | undefined {
  const [one, other] = [evaluateRange(left, scope), evaluateRange(right, scope)];
  if (one === undefined || other === undefined) return undefined;
  const corners = [one.low, one.high].flatMap((first) =>
    [other.low, other.high].map((second) =>
      calculate(
        operator as Arithmetic,
        { kind: 'value', value: first, dimension: one.dimension },
        { kind: 'value', value: second, dimension: other.dimension },
      ),
    ),
  );
  const blame = sumOf(one.blame, other.blame);
  const passesZero = operator === '/' && other.low <= 0 && other.high >= 0;
  const values = corners.map((corner) => corner?.value ?? Number.NaN);
  const dimension = corners.find((corner) => corner !== undefined)?.dimension;
  if (dimension === undefined) return undefined;
  if (passesZero || values.some(Number.isNaN)) {
    return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, dimension, blame };
  }
  return { low: Math.min(...values), high: Math.max(...values), dimension, blame };
}

function extreme(
  call: Extract<Expression, { kind: 'call' }>,
  which: 'min' | 'max',
  scope: RangeScope,
): QuantityRange | undefined {
  const ranges: QuantityRange[] = [];
  for (const argument of call.arguments) {
    if (argument.kind === 'place') return undefined;
    const range = evaluateRange(argument.expression, scope);
    if (range === undefined) return undefined;
    ranges.push(range);
  }
  const pick = Math[which];
  return ranges.reduce((one, other) => ({
    low: pick(one.low, other.low),
    high: pick(one.high, other.high),
    dimension: one.dimension,
    blame: sumOf(one.blame, other.blame),
  }));
}

function sumOf(one: Blame, other: Blame): Blame {
  return { lateNs: one.lateNs + other.lateNs, lostFrames: one.lostFrames + other.lostFrames };
}
