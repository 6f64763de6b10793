/** An expectation that bounds one value on both sides, taken apart. */
import type { Expression } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
import { confidence } from './order-statistic.ts';

export interface BoundParts {
  /** All must hold; one, where it is not a pair. */
  readonly expressions: readonly Expression[];
  /** Of each part, so that all together have the usual one: each of a pair may err half as often. */
  readonly confidence: number;
}

/**
 * `x == y` is `x >= y and x <= y`. A quantile of a pair lies within both bounds, which is more than that
 * most samples do: half of them may lie below the one and half above the other.
 */
export function boundPartsOf(that: Expression): BoundParts {
  const pair = pairOf(that);
  if (pair === undefined) return { expressions: [that], confidence };
  return { expressions: pair, confidence: (1 + confidence) / 2 };
}

function pairOf(that: Expression): readonly [Expression, Expression] | undefined {
  if (that.kind !== 'binary') return undefined;
  if (that.operator === '==') {
    return [
      { ...that, operator: '>=' },
      { ...that, operator: '<=' },
    ];
  }
  const { left, right } = that;
  if (that.operator !== 'and' || left.kind !== 'binary' || right.kind !== 'binary')
    return undefined;
  const isSame = formatExpression(left.left) === formatExpression(right.left);
  if (!isSame) return undefined;
  if (isLower(left.operator) && isUpper(right.operator)) return [left, right];
  if (isUpper(left.operator) && isLower(right.operator)) return [right, left];
  return undefined;
}

function isLower(operator: string): boolean {
  return operator === '>=' || operator === '>';
}

function isUpper(operator: string): boolean {
  return operator === '<=' || operator === '<';
}
