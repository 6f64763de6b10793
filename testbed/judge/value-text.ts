/** Values and expressions as messages show them. */
import { formatDuration, formatRate, formatSize } from '../../src/base/units.ts';
import type { Expression } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
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
