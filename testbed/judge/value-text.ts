/** Values and expressions as messages show them. */
import { formatDuration, formatRate, formatSize } from '../../src/base/units.ts';
import type { Argument, Expression, Operator } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';

const usualDigits = 4;

/** Rounded for reading. */
export function formatValue(value: number, dimension: QuantityDimension): string {
  return formatWith(value, dimension, usualDigits);
}

function formatExactly(value: number, dimension: QuantityDimension): string {
  return formatWith(value, dimension, undefined);
}

function formatWith(
  value: number,
  dimension: QuantityDimension,
  digits: number | undefined,
): string {
  switch (dimension) {
    case 'time':
      return formatDuration(value, digits);
    case 'size':
      return formatSize(value, digits);
    case 'rate':
      return formatRate(value, digits);
    case 'plain':
      return String(
        digits === undefined || Number.isInteger(value) ? value : Number(value.toPrecision(digits)),
      );
  }
}

/** As few digits as tell the two apart: nobody believes "110 ms breaks ≤ 110 ms". */
export function formatApart(
  left: number,
  right: number,
  dimension: QuantityDimension,
): [left: string, right: string] {
  for (const digits of [usualDigits, 6, 9, 12]) {
    const texts = [left, right].map((value) => formatWith(value, dimension, digits));
    if (left === right || texts[0] !== texts[1]) return texts as [string, string];
  }
  return [formatExactly(left, dimension), formatExactly(right, dimension)];
}

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

/** Units normalised, brackets only where they are needed. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.dimension === 'truth'
        ? String(expression.value)
        : formatExactly(expression.value, expression.dimension);
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

const longestBound = 40;

/** For a table: what a fact is asked of is left out, and what is longer still is cut. */
export function abridgeExpression(expression: Expression): string {
  const text = formatExpression(withoutArguments(expression));
  return text.length <= longestBound ? text : `${text.slice(0, longestBound - 1).trimEnd()}…`;
}

function withoutArguments(expression: Expression): Expression {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return expression;
    case 'call':
      return { kind: 'name', path: [`${expression.name}(…)`], span: expression.span };
    case 'negate':
    case 'not':
      return { ...expression, operand: withoutArguments(expression.operand) };
    case 'binary': {
      const { left, right } = expression;
      return { ...expression, left: withoutArguments(left), right: withoutArguments(right) };
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
