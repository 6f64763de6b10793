/** Values with a dimension, and what becomes of two of them. */
import { nsPerSecond } from '../../src/base/time.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';

export interface Quantity {
  readonly kind: 'value';
  readonly value: number;
  readonly dimension: QuantityDimension;
}

export type Arithmetic = '+' | '-' | '*' | '/';
export type Ordering = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** Undefined: the two can't be joined like this. */
export function combineDimensions(
  operator: Arithmetic,
  left: QuantityDimension,
  right: QuantityDimension,
): QuantityDimension | undefined {
  switch (operator) {
    case '+':
    case '-':
      return left === right ? left : undefined;
    case '*':
      return multiplyDimensions(left, right);
    case '/':
      return divideDimensions(left, right);
  }
}

function multiplyDimensions(
  left: QuantityDimension,
  right: QuantityDimension,
): QuantityDimension | undefined {
  if (left === 'plain') return right;
  if (right === 'plain') return left;
  const isTransfer = left !== right && left !== 'size' && right !== 'size';
  return isTransfer ? 'size' : undefined;
}

function divideDimensions(
  left: QuantityDimension,
  right: QuantityDimension,
): QuantityDimension | undefined {
  if (right === 'plain') return left;
  if (left === right) return 'plain';
  if (left !== 'size') return undefined;
  return right === 'time' ? 'rate' : 'time';
}

/** Nanoseconds times bits a second, in a byte. */
const bitNsPerByte = 8 * nsPerSecond;

/** Undefined: they can't be joined, or the divisor is 0. */
export function calculate(
  operator: Arithmetic,
  left: Quantity,
  right: Quantity,
): Quantity | undefined {
  const dimension = combineDimensions(operator, left.dimension, right.dimension);
  if (dimension === undefined || (operator === '/' && right.value === 0)) return undefined;
  return { kind: 'value', value: calculateValue(operator, left, right), dimension };
}

function calculateValue(operator: Arithmetic, left: Quantity, right: Quantity): number {
  const crosses = left.dimension !== right.dimension && right.dimension !== 'plain';
  switch (operator) {
    case '+':
      return left.value + right.value;
    case '-':
      return left.value - right.value;
    case '*':
      return (
        (left.value * right.value) / (crosses && left.dimension !== 'plain' ? bitNsPerByte : 1)
      );
    case '/':
      return (left.value * (crosses ? bitNsPerByte : 1)) / right.value;
  }
}

/** How far the comparison is from breaking; it holds at 0 too, unless it is strict. */
export function slackOf(operator: Ordering, left: number, right: number): number {
  switch (operator) {
    case '<':
    case '<=':
      return right - left;
    case '>':
    case '>=':
      return left - right;
    case '==':
      return -Math.abs(left - right);
    case '!=':
      return Math.abs(left - right);
  }
}

export function compare(operator: Ordering, left: number, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}

const opposites = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
} as const satisfies Readonly<Record<Ordering, Ordering>>;

export function oppositeOf(operator: Ordering): Ordering {
  return opposites[operator];
}

export function isOrdering(operator: string): operator is Ordering {
  return Object.hasOwn(opposites, operator);
}
