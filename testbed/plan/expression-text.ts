/** An expression as it would be written, with brackets only where they are needed. */
import { formatDuration, formatRate, formatSize } from '../../src/base/units.ts';
import type { Argument, Dimension, Expression, Operator } from '../schema/expression.ts';

const strengths: Readonly<Record<Operator | 'not' | 'negate', number>> = {
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
};

export function expressionText(expression: Expression, within = 0): string {
  switch (expression.kind) {
    case 'number':
      return quantityText(expression.value, expression.dimension);
    case 'name':
      return expression.path.join('.');
    case 'call':
      return `${expression.name}(${expression.arguments.map(argumentText).join(', ')})`;
    case 'not':
      return bracket(`not ${expressionText(expression.operand, 3)}`, strengths.not, within);
    case 'negate':
      return bracket(`-${expressionText(expression.operand, 7)}`, strengths.negate, within);
    case 'binary': {
      const strength = strengths[expression.operator];
      const left = expressionText(expression.left, strength);
      const right = expressionText(expression.right, strength + 1);
      return bracket(`${left} ${expression.operator} ${right}`, strength, within);
    }
  }
}

function bracket(text: string, strength: number, within: number): string {
  return strength < within ? `(${text})` : text;
}

function argumentText(argument: Argument): string {
  if (argument.kind === 'value') return expressionText(argument.expression);
  const via = argument.via === undefined ? '' : ` via ${argument.via}`;
  const toward = argument.toward === undefined ? '' : ` toward ${argument.toward}`;
  return argument.name + via + toward;
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
