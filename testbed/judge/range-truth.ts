/** Whether an expression holds wherever its figures lie in their ranges, nowhere, or here and not there. */
import type { Expression } from '../schema/expression.ts';
import { evaluateQuantity } from './evaluate.ts';
import type { Deciding } from './finding.ts';
import { findTruth } from './finding.ts';
import { compare, isOrdering, type Ordering, oppositeOf } from './quantity.ts';
import { evaluateRange, type QuantityRange, type RangeScope } from './range-arithmetic.ts';

type Comparison = Extract<Deciding, { kind: 'comparison' }>;
type Binary = Extract<Expression, { kind: 'binary' }>;

export type RangeTruth =
  | { readonly kind: 'holds' | 'broken' | 'missing' }
  | {
      readonly kind: 'open';
      /** What was measured keeps it. */
      readonly isKept: boolean;
      /** With the values that were measured. */
      readonly by: Comparison;
      readonly left: QuantityRange;
      readonly right: QuantityRange;
    };

export function findRangeTruth(
  expression: Expression,
  scope: RangeScope,
  negated = false,
): RangeTruth {
  switch (expression.kind) {
    case 'not':
      return findRangeTruth(expression.operand, scope, !negated);
    case 'binary':
      return ofBinary(expression, scope, negated);
    default: {
      const finding = findTruth(expression, scope, negated);
      if (finding.kind === 'missing') return { kind: 'missing' };
      return { kind: finding.holds ? 'holds' : 'broken' };
    }
  }
}

function ofBinary(expression: Binary, scope: RangeScope, negated: boolean): RangeTruth {
  const { operator } = expression;
  if (isOrdering(operator)) {
    return ofComparison(expression, negated ? oppositeOf(operator) : operator, scope);
  }
  if (operator !== 'and' && operator !== 'or') return { kind: 'missing' };
  const parts = [expression.left, expression.right].map((part) =>
    findRangeTruth(part, scope, negated),
  );
  const isAnd = (operator === 'and') !== negated;
  const decides = isAnd ? 'broken' : 'holds';
  const open = parts.filter((part) => part.kind === 'open');
  const found =
    parts.find(({ kind }) => kind === decides) ??
    open.find(({ isKept }) => isKept !== isAnd) ??
    open[0] ??
    parts.find(({ kind }) => kind === 'missing');
  return found ?? parts[0]!;
}

function ofComparison(expression: Binary, operator: Ordering, scope: RangeScope): RangeTruth {
  const { left: leftText, right: rightText } = expression;
  const [left, right] = [evaluateRange(leftText, scope), evaluateRange(rightText, scope)];
  const [seen, against] = [evaluateQuantity(leftText, scope), evaluateQuantity(rightText, scope)];
  if (left === undefined || right === undefined) return { kind: 'missing' };
  const everywhere = holdsEverywhere(operator, left, right);
  if (everywhere) return { kind: 'holds' };
  if (holdsEverywhere(oppositeOf(operator), left, right)) return { kind: 'broken' };
  const by = {
    kind: 'comparison',
    operator,
    leftText,
    rightText,
    left: seen,
    right: against,
  } as const;
  const isKept =
    seen.kind === 'value' &&
    against.kind === 'value' &&
    compare(operator, seen.value, against.value);
  return { kind: 'open', isKept, by, left, right };
}

function holdsEverywhere(operator: Ordering, left: QuantityRange, right: QuantityRange): boolean {
  switch (operator) {
    case '<':
    case '<=':
      return compare(operator, left.high, right.low);
    case '>':
    case '>=':
      return compare(operator, left.low, right.high);
    case '==':
      return left.low === left.high && right.low === right.high && left.low === right.low;
    case '!=':
      return left.high < right.low || left.low > right.high;
  }
}
