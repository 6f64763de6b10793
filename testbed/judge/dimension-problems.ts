/** Why two dimensions do not go together, in words. */
import { withoutUnit } from '../../src/base/unit-problems.ts';
import type { Dimension, Expression, Operator, Span } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import type { JudgeErrorCode } from './error-codes.ts';

export interface Problem {
  readonly code: JudgeErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  /** Within the expression's text. */
  readonly span: Span;
}

const nouns = {
  time: 'a time',
  size: 'a size',
  rate: 'a rate',
  plain: 'a plain number',
  truth: 'something that holds or not',
} as const satisfies Readonly<Record<Dimension, string>>;

export function nounOf(dimension: Dimension): string {
  return nouns[dimension];
}

export interface Side {
  readonly expression: Expression;
  readonly dimension: QuantityDimension;
}

/** For sums and comparisons: a number that lacks its unit is told apart from two that can't be joined. */
export function explainMismatch(
  operator: Operator | 'min' | 'max',
  left: Side,
  right: Side,
  span: Span,
): Problem {
  const bare = [left, right].find(isBareNumber);
  const other = bare === left ? right : left;
  if (bare !== undefined && other.dimension !== 'plain' && operator !== '*' && operator !== '/') {
    return explainBareNumber(bare.expression as BareNumber, other.dimension);
  }
  return {
    code: 'mixed-dimensions',
    message: `cannot ${joinWords(operator, nouns[left.dimension], nouns[right.dimension])}`,
    hint: conversionOf(operator, left.dimension, right.dimension),
    span,
  };
}

type BareNumber = Extract<Expression, { kind: 'number' }>;

function isBareNumber({ expression, dimension }: Side): boolean {
  return expression.kind === 'number' && dimension === 'plain';
}

function explainBareNumber({ value, span }: BareNumber, dimension: QuantityDimension): Problem {
  const { hint } = withoutUnit(dimension === 'plain' ? 'ratio' : dimension, String(value), 0);
  const message = `${value} has no unit, and stands beside ${nouns[dimension]}`;
  return { code: 'missing-unit', message, hint, span };
}

function joinWords(operator: Operator | 'min' | 'max', left: string, right: string): string {
  switch (operator) {
    case '+':
      return `add ${left} and ${right}`;
    case '-':
      return `subtract ${right} from ${left}`;
    case '*':
      return `multiply ${left} by ${right}`;
    case '/':
      return `divide ${left} by ${right}`;
    default:
      return `compare ${left} with ${right}`;
  }
}

/** Pairs in the order of the alphabet. */
const conversions: Readonly<Record<string, string>> = {
  'rate time': 'a rate * a time is a size',
  'rate size': 'a size / a rate is a time',
  'size time': 'a size / a time is a rate',
};

function conversionOf(
  operator: Operator | 'min' | 'max',
  left: QuantityDimension,
  right: QuantityDimension,
): string | undefined {
  if (operator === '*' || operator === '/') {
    return 'a rate * a time is a size; a size / a time is a rate, a size / a rate a time';
  }
  const pair = [left, right].toSorted();
  if (pair[0] !== 'plain' && pair[1] !== 'plain') return conversions[pair.join(' ')];
  const dimension = pair[0] === 'plain' ? pair[1]! : pair[0];
  return `give the plain number a unit, or divide by ${nouns[dimension as QuantityDimension]} first`;
}
