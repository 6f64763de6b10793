/** The names that an expression speaks of, in their order; what facts are told about is not among them. */
import type { Expression } from './expression.ts';

export function namesIn(expression: Expression): (readonly string[])[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'name':
      return [expression.path];
    case 'negate':
    case 'not':
      return namesIn(expression.operand);
    case 'binary':
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case 'call':
      return expression.arguments.flatMap((argument) =>
        argument.kind === 'value' ? namesIn(argument.expression) : [],
      );
  }
}
