/** What an expression comes to in one sample. What has no value says why, and so does all made of it. */
import type { FactArgument, FactCall, FactProblem, FactValue } from '../plan/fact-table.ts';
import { isFactName } from '../plan/fact-table.ts';
import type { Argument, Expression, Operator } from '../schema/expression.ts';
import type { Metric } from '../schema/result.ts';
import { calculate, isOrdering, type Quantity } from './quantity.ts';
import { isRealTime } from './real-time.ts';

export interface Missing {
  readonly kind: 'missing';
  /** What has no value: `gap`, `kernel.gap`. */
  readonly name: string;
  /** A sentence without its full stop. */
  readonly reason: string;
}

export type Value = Quantity | Missing;

export interface EvaluationScope {
  /** Names whose first part is one of these are another variant's. */
  readonly variants: readonly string[];
  /** `variant`: undefined is the one that is judged. */
  metricOf(name: string, variant: string | undefined): Metric | undefined;
  factOf(call: FactCall): FactValue | FactProblem;
}

type Call = Extract<Expression, { kind: 'call' }>;

export function evaluateQuantity(expression: Expression, scope: EvaluationScope): Value {
  switch (expression.kind) {
    case 'number':
      return numberValue(expression);
    case 'name':
      return evaluateName(expression.path, scope);
    case 'call':
      return evaluateCall(expression, scope);
    case 'negate': {
      const operand = evaluateQuantity(expression.operand, scope);
      return operand.kind === 'missing' ? operand : { ...operand, value: -operand.value };
    }
    case 'not':
      return noQuantity(expression.kind);
    case 'binary':
      return evaluateBinary(expression, scope);
  }
}

function numberValue({ value, dimension }: Extract<Expression, { kind: 'number' }>): Value {
  return dimension === 'truth' ? noQuantity(String(value)) : { kind: 'value', value, dimension };
}

function noQuantity(name: string): Missing {
  return { kind: 'missing', name, reason: 'it is not a quantity' };
}

export interface MetricName {
  readonly variant: string | undefined;
  readonly metric: string;
}

/** `kernel.gap` is the gap of the variant kernel. */
export function splitName(path: readonly string[], variants: readonly string[]): MetricName {
  const [first, ...rest] = path;
  const isOther = rest.length > 0 && variants.includes(first!);
  return isOther
    ? { variant: first, metric: rest.join('.') }
    : { variant: undefined, metric: path.join('.') };
}

function evaluateName(path: readonly string[], scope: EvaluationScope): Value {
  const name = path.join('.');
  const { variant, metric } = splitName(path, scope.variants);
  const found = scope.metricOf(metric, variant);
  if (found === undefined) return { kind: 'missing', name, reason: 'it was not measured' };
  return found.kind === 'missing' ? { kind: 'missing', name, reason: found.reason } : found;
}

function evaluateBinary(
  expression: Extract<Expression, { kind: 'binary' }>,
  scope: EvaluationScope,
): Value {
  const { operator } = expression;
  if (isTruth(operator)) return noQuantity(operator);
  const left = evaluateQuantity(expression.left, scope);
  const right = evaluateQuantity(expression.right, scope);
  if (left.kind === 'missing') return left;
  if (right.kind === 'missing') return right;
  const result = calculate(operator, left, right);
  if (result !== undefined) return result;
  const isZero = operator === '/' && right.value === 0;
  const reason = isZero ? 'it divides by 0' : 'its two sides do not fit';
  return { kind: 'missing', name: operator, reason };
}

function isTruth(operator: Operator): operator is Exclude<Operator, '+' | '-' | '*' | '/'> {
  return isOrdering(operator) || operator === 'and' || operator === 'or';
}

function evaluateCall(call: Call, scope: EvaluationScope): Value {
  if (call.name === 'min' || call.name === 'max' || isRealTime(call))
    return evaluateExtreme(call, scope);
  if (!isFactName(call.name)) return noQuantity(call.name);
  const prepared: FactArgument[] = [];
  for (const argument of call.arguments) {
    const value = prepareArgument(argument, scope);
    if (value.kind === 'missing') return value;
    prepared.push(value);
  }
  const fact = scope.factOf({ name: call.name, arguments: prepared });
  if (!('problem' in fact)) return { kind: 'value', ...fact };
  return { kind: 'missing', name: call.name, reason: fact.problem };
}

/** A bare name is a node or a link; numbers, and what is reckoned from them, are quantities. */
export function prepareArgument(
  argument: Argument,
  scope: EvaluationScope,
): FactArgument | Missing {
  if (argument.kind === 'place' || argument.expression.kind === 'name') return argument;
  const value = evaluateQuantity(argument.expression, scope);
  return value.kind === 'missing' ? value : { ...value, kind: 'quantity' };
}

function evaluateExtreme(call: Call, scope: EvaluationScope): Value {
  let best: Quantity | undefined;
  for (const argument of call.arguments) {
    if (argument.kind === 'place') return noQuantity(argument.name);
    const value = evaluateQuantity(argument.expression, scope);
    if (value.kind === 'missing') return value;
    const isBetter = best === undefined || value.value < best.value === (call.name === 'min');
    if (isBetter) best = value;
  }
  return best ?? noQuantity(call.name);
}
