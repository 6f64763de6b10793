/** The dimension of an expression that was checked, before any sample gives it a value. */
import { factNames, isFactName } from '../plan/fact-table.ts';
import type { Expression } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import { splitName } from './evaluate.ts';
import { combineDimensions, isOrdering } from './quantity.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Undefined: it is no quantity. */
export function dimensionOf(
  expression: Expression,
  vocabulary: Vocabulary,
): QuantityDimension | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.dimension === 'truth' ? undefined : expression.dimension;
    case 'name':
      return vocabulary.known.get(splitName(expression.path, vocabulary.variants).metric);
    case 'negate':
      return dimensionOf(expression.operand, vocabulary);
    case 'not':
      return undefined;
    case 'call':
      return dimensionOfCall(expression, vocabulary);
    case 'binary':
      return dimensionOfBinary(expression, vocabulary);
  }
}

function dimensionOfCall(
  { name, arguments: list }: Extract<Expression, { kind: 'call' }>,
  vocabulary: Vocabulary,
): QuantityDimension | undefined {
  if (isFactName(name)) return factNames[name].dimension;
  const [first] = list;
  return name !== 'never' && first?.kind === 'value'
    ? dimensionOf(first.expression, vocabulary)
    : undefined;
}

function dimensionOfBinary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  vocabulary: Vocabulary,
): QuantityDimension | undefined {
  if (isOrdering(operator) || operator === 'and' || operator === 'or') return undefined;
  const [first, second] = [dimensionOf(left, vocabulary), dimensionOf(right, vocabulary)];
  return first && second && combineDimensions(operator, first, second);
}
