/** Whether an expression makes sense: names, dimensions, facts; all that is wrong with it at once. */
import type { FactArgument, FactCall, FactProblem, FactValue } from '../plan/fact-table.ts';
import type { Dimension, Expression } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import { checkFact } from './check-fact.ts';
import { explainMismatch, nounOf, type Problem, type Side } from './dimension-problems.ts';
import { explainFunction, explainLateFunction, takesOneName, takesValues } from './functions.ts';
import { combineDimensions, isOrdering } from './quantity.ts';
import { readName, type Vocabulary } from './vocabulary.ts';

export interface CheckScope {
  readonly vocabulary: Vocabulary;
  readonly factOf: (call: FactCall) => FactValue | FactProblem;
  /** Nodes and links. */
  readonly isPlace: (name: string) => boolean;
}

interface Check extends CheckScope {
  readonly problems: Problem[];
}

export function checkExpression(expression: Expression, scope: CheckScope): Problem[] {
  const check: Check = { ...scope, problems: [] };
  const dimension = dimensionOf(expression, check);
  if (dimension !== undefined && dimension !== 'truth') {
    check.problems.push({
      code: 'not-a-truth',
      message: `this is ${nounOf(dimension)}, which neither holds nor is broken`,
      hint: 'compare it with something: <=, >=, ==',
      span: expression.span,
    });
  }
  return check.problems.toSorted((a, b) => a.span.start - b.span.start);
}

/** Of what is held against a reference: a quantity; that it is just a name is asked elsewhere. */
export function checkValue(expression: Expression, scope: CheckScope): Problem[] {
  if (expression.kind !== 'name') return [];
  const check: Check = { ...scope, problems: [] };
  dimensionOf(expression, check);
  return check.problems;
}

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

/** Undefined: something in it is wrong, and was said. */
function dimensionOf(expression: Expression, check: Check): Dimension | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.dimension;
    case 'name':
      return dimensionOfName(expression, check);
    case 'call':
      return dimensionOfCall(expression, check);
    case 'negate':
      return quantityOf(expression.operand, check);
    case 'not':
      return truthOf([expression.operand], check);
    case 'binary':
      return dimensionOfBinary(expression, check);
  }
}

function dimensionOfName({ path, span }: Of<'name'>, check: Check): Dimension | undefined {
  const reading = readName(path, check.vocabulary);
  if (typeof reading === 'string') return reading;
  check.problems.push({ ...reading, span });
  return undefined;
}

function dimensionOfBinary(expression: Of<'binary'>, check: Check): Dimension | undefined {
  const { operator, left, right, span } = expression;
  if (operator === 'and' || operator === 'or') return truthOf([left, right], check);
  const sides = sidesOf([left, right], check);
  if (sides === undefined) return undefined;
  const [first, second] = sides as [Side, Side];
  if (isOrdering(operator)) {
    const fits = first.dimension === second.dimension || isZero(left) || isZero(right);
    if (!fits) check.problems.push(explainMismatch(operator, first, second, span));
    return 'truth';
  }
  if (operator === '/' && isZero(right)) {
    const message = 'nothing can be divided by 0';
    check.problems.push({ code: 'zero-divisor', message, hint: undefined, span: right.span });
    return undefined;
  }
  const dimension = combineDimensions(operator, first.dimension, second.dimension);
  if (dimension === undefined) check.problems.push(explainMismatch(operator, first, second, span));
  return dimension;
}

/** A plain 0 has no unit to lack. */
function isZero(expression: Expression): boolean {
  return expression.kind === 'number' && expression.dimension === 'plain' && expression.value === 0;
}

function sidesOf(expressions: readonly Expression[], check: Check): Side[] | undefined {
  const sides = expressions.map((expression) => ({
    expression,
    dimension: quantityOf(expression, check),
  }));
  return sides.every((side): side is Side => side.dimension !== undefined) ? sides : undefined;
}

function quantityOf(expression: Expression, check: Check): QuantityDimension | undefined {
  const dimension = dimensionOf(expression, check);
  if (dimension !== 'truth') return dimension;
  check.problems.push({
    code: 'not-a-quantity',
    message: 'this holds or not, where a quantity is expected',
    hint: 'join conditions with "and" or "or"',
    span: expression.span,
  });
  return undefined;
}

function truthOf(operands: readonly Expression[], check: Check): 'truth' {
  for (const operand of operands) {
    const dimension = dimensionOf(operand, check);
    if (dimension === undefined || dimension === 'truth') continue;
    check.problems.push({
      code: 'not-a-truth',
      message: `this is ${nounOf(dimension)}, where a condition is expected`,
      hint: 'compare it with something: <=, >=, ==',
      span: operand.span,
    });
  }
  return 'truth';
}

function dimensionOfCall(call: Of<'call'>, check: Check): Dimension | undefined {
  const { isCondition } = check.vocabulary;
  const late = isCondition ? explainLateFunction(call) : undefined;
  const problem = late ?? explainFunction(call);
  if (problem !== undefined) {
    check.problems.push(problem);
    return undefined;
  }
  if (takesOneName(call)) {
    for (const value of valuesOf(call)) dimensionOf(value, check);
    return 'truth';
  }
  if (takesValues(call)) return dimensionOfExtreme(call, check);
  return dimensionOfFact(call, check);
}

function valuesOf(call: Of<'call'>): Expression[] {
  return call.arguments.flatMap((one) => (one.kind === 'value' ? one.expression : []));
}

function dimensionOfExtreme(call: Of<'call'>, check: Check): Dimension | undefined {
  const sides = sidesOf(valuesOf(call), check);
  const [first, ...others] = sides ?? [];
  const odd = others.find((side) => side.dimension !== first!.dimension);
  if (odd === undefined) return first?.dimension;
  const name = call.name === 'min' ? 'min' : 'max';
  check.problems.push(explainMismatch(name, first!, odd, call.span));
  return undefined;
}

function dimensionOfFact(call: Of<'call'>, check: Check): Dimension | undefined {
  for (const { kind, expression } of reckoned(call)) {
    if (kind === 'value' && quantityOf(expression, check) === undefined) return undefined;
  }
  const reading = checkFact(call, check);
  if (typeof reading === 'string') return reading;
  check.problems.push(reading);
  return undefined;
}

/** Arguments that are neither a place nor a name that may be one. */
function reckoned(call: Of<'call'>): Extract<FactArgument, { kind: 'value' }>[] {
  return call.arguments.flatMap((one) =>
    one.kind === 'value' && one.expression.kind !== 'name' ? one : [],
  );
}
