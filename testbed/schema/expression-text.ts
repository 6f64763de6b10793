/** An expression as it would be written: units normalised, brackets only where they are needed. */
import { formatDuration, formatRate, formatSize } from '../../src/base/units.ts';
import type { Argument, Dimension, Expression, Operator } from './expression.ts';

/** The least that a bracket is needed for. */
const strength = {
  or: 1,
  and: 2,
  not: 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '==': 4,
  '!=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  negate: 7,
  value: 8,
} as const satisfies Readonly<Record<Operator | 'not' | 'negate' | 'value', number>>;

export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return quantityText(expression.value, expression.dimension);
    case 'name':
      return expression.path.join('.');
    case 'call':
      return `${expression.name}(${expression.arguments.map(formatArgument).join(', ')})`;
    case 'negate':
      return `-${bracketed(expression.operand, strength.negate)}`;
    case 'not':
      return `not ${bracketed(expression.operand, strength.not)}`;
    case 'binary': {
      const { operator, left, right } = expression;
      const own = strength[operator];
      // Comparisons do not chain; everything else is read from the left.
      const least = own === strength['<'] ? own + 1 : own;
      return `${bracketed(left, least)} ${operator} ${bracketed(right, own + 1)}`;
    }
  }
}

function bracketed(expression: Expression, least: number): string {
  const text = formatExpression(expression);
  return strengthOf(expression) < least ? `(${text})` : text;
}

function strengthOf(expression: Expression): number {
  switch (expression.kind) {
    case 'binary':
      return strength[expression.operator];
    case 'not':
    case 'negate':
      return strength[expression.kind];
    default:
      return strength.value;
  }
}

function formatArgument(argument: Argument): string {
  if (argument.kind === 'value') return formatExpression(argument.expression);
  const via = argument.via === undefined ? '' : ` via ${argument.via}`;
  const toward = argument.toward === undefined ? '' : ` toward ${argument.toward}`;
  return `${argument.name}${via}${toward}`;
}

function quantityText(value: number, dimension: Dimension): string {
  switch (dimension) {
    case 'time':
      return formatDuration(value);
    case 'size':
      return formatSize(value);
    case 'rate':
      return formatRate(value);
    case 'plain':
    case 'truth':
      return String(value);
  }
}
