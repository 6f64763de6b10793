/** An expression of the file: what is wrong with it points into its text. */
import type { Expression } from './expression.ts';
import type { SourcePath } from './loaded.ts';
import { parseExpression } from './parse-expression.ts';
import type { Report } from './problem.ts';

export function readExpression(
  text: string,
  path: SourcePath,
  report: Report,
): Expression | undefined {
  const reading = parseExpression(text);
  if (reading.kind === 'expression') return reading.expression;
  report({ path, ...reading.problem });
  return undefined;
}
