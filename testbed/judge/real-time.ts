/**
 * `real-time(2 ms)`: what programs and kernels may take beside the network. It is worth its argument in
 * real time; virtual time takes nothing that was not asked for, so that it is left out of what is judged.
 */
import type { Argument, Expression } from '../schema/expression.ts';

export function isRealTime(expression: Expression): boolean {
  return expression.kind === 'call' && expression.name === 'real-time';
}

/** The expression as virtual time has it. */
export function inVirtualTime(expression: Expression): Expression {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return expression;
    case 'call':
      return isRealTime(expression)
        ? { kind: 'number', value: 0, dimension: 'time', span: expression.span }
        : { ...expression, arguments: expression.arguments.map(argumentInVirtualTime) };
    case 'negate':
    case 'not':
      return { ...expression, operand: inVirtualTime(expression.operand) };
    case 'binary':
      return binaryInVirtualTime(expression);
  }
}

/** `a + real-time(…)` is plain `a`, for whoever reads the verdict. */
function binaryInVirtualTime(expression: Extract<Expression, { kind: 'binary' }>): Expression {
  const { operator, left, right } = expression;
  if ((operator === '+' || operator === '-') && isRealTime(right)) return inVirtualTime(left);
  if (operator === '+' && isRealTime(left)) return inVirtualTime(right);
  return { ...expression, left: inVirtualTime(left), right: inVirtualTime(right) };
}

function argumentInVirtualTime(argument: Argument): Argument {
  return argument.kind === 'place'
    ? argument
    : { ...argument, expression: inVirtualTime(argument.expression) };
}
