/** Whether an expression holds in one sample, and which of its comparisons decided that. */
import type { Expression } from '../schema/expression.ts';
import { type EvaluationScope, evaluateQuantity, type Missing, type Value } from './evaluate.ts';
import { compare, isOrdering, type Ordering, oppositeOf, slackOf } from './quantity.ts';

export type Finding =
  | {
      readonly kind: 'decided';
      readonly holds: boolean;
      /** How far it is from breaking; comparable between samples of one comparison. */
      readonly slack: number;
      readonly by: Deciding;
    }
  /** Neither holds nor is broken: something has no value. */
  | {
      readonly kind: 'missing';
      readonly missing: Missing;
      readonly by: Deciding | undefined;
    };

/** A part of the expression, `not` already taken into it. */
export type Deciding =
  | {
      readonly kind: 'comparison';
      readonly operator: Ordering;
      readonly leftText: Expression;
      readonly rightText: Expression;
      readonly left: Value;
      readonly right: Value;
    }
  | {
      readonly kind: 'never';
      /** `not never(x)` asks for a value. */
      readonly wantsValue: boolean;
      readonly argument: Expression;
      readonly value: Value;
    };

type Binary = Extract<Expression, { kind: 'binary' }>;
type Call = Extract<Expression, { kind: 'call' }>;

/** `negated`: its opposite is asked. */
export function findTruth(
  expression: Expression,
  scope: EvaluationScope,
  negated = false,
): Finding {
  switch (expression.kind) {
    case 'not':
      return findTruth(expression.operand, scope, !negated);
    case 'binary':
      return findBinary(expression, scope, negated);
    case 'call':
      if (expression.name === 'never') return findNever(expression, scope, negated);
      return noTruth();
    default:
      return noTruth();
  }
}

function noTruth(): Finding {
  const reason = 'it is a quantity, which neither holds nor is broken';
  return { kind: 'missing', missing: { kind: 'missing', name: 'it', reason }, by: undefined };
}

function findBinary(expression: Binary, scope: EvaluationScope, negated: boolean): Finding {
  const { operator } = expression;
  if (isOrdering(operator)) {
    return findComparison(expression, negated ? oppositeOf(operator) : operator, scope);
  }
  if (operator !== 'and' && operator !== 'or') return noTruth();
  const left = findTruth(expression.left, scope, negated);
  const right = findTruth(expression.right, scope, negated);
  // One that is broken decides an `and` whatever the other is, and one that holds an `or`.
  const isAnd = (operator === 'and') !== negated;
  const decides = (one: Finding) => one.kind === 'decided' && one.holds !== isAnd;
  const found = [left, right].find(decides) ?? [left, right].find(isUndecided);
  return found ?? left;
}

function isUndecided(finding: Finding): boolean {
  return finding.kind === 'missing';
}

function findComparison(expression: Binary, operator: Ordering, scope: EvaluationScope): Finding {
  const left = evaluateQuantity(expression.left, scope);
  const right = evaluateQuantity(expression.right, scope);
  const { left: leftText, right: rightText } = expression;
  const by: Deciding = { kind: 'comparison', operator, leftText, rightText, left, right };
  if (left.kind === 'missing') return { kind: 'missing', missing: left, by };
  if (right.kind === 'missing') return { kind: 'missing', missing: right, by };
  const holds = compare(operator, left.value, right.value);
  return { kind: 'decided', holds, slack: slackOf(operator, left.value, right.value), by };
}

function findNever(call: Call, scope: EvaluationScope, negated: boolean): Finding {
  const [argument] = call.arguments;
  if (argument?.kind !== 'value') return noTruth();
  const value = evaluateQuantity(argument.expression, scope);
  const by: Deciding = {
    kind: 'never',
    wantsValue: negated,
    argument: argument.expression,
    value,
  };
  const holds = (value.kind === 'missing') !== negated;
  return { kind: 'decided', holds, slack: holds ? 0 : -1, by };
}
