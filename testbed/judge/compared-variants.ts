/** Which variants an expectation speaks of. */
import type { Argument, Expression } from '../schema/expression.ts';
import { splitName } from './evaluate.ts';

/** Those that it names: none where each variant is judged by itself. */
export function namedVariants(expression: Expression, variants: readonly string[]): string[] {
  const found = namesIn(expression).map((path) => splitName(path, variants).variant);
  return variants.filter((variant) => found.includes(variant));
}

/** Whose `gap` is meant in `gap <= 0.5 * kernel.gap`: the first that is not named, or else the first. */
export function subjectOf(named: readonly string[], variants: readonly string[]): string {
  return variants.find((variant) => !named.includes(variant)) ?? variants[0]!;
}

function namesIn(expression: Expression): (readonly string[])[] {
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
      return expression.arguments.flatMap(namesInArgument);
  }
}

function namesInArgument(argument: Argument): (readonly string[])[] {
  return argument.kind === 'value' ? namesIn(argument.expression) : [];
}
