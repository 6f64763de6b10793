/** The figures of an expectation that a metric is held against, where they are the same in every sample. */
import type { Expression } from '../schema/expression.ts';
import type { RowBound } from '../schema/result.ts';
import { type EvaluationScope, evaluateQuantity, splitName } from './evaluate.ts';

type Scope = Pick<EvaluationScope, 'variants' | 'factOf'>;
type Operator = RowBound['operator'];

/** `gap <= 110 ms and gap >= 2 * owd(lte)` has two; a bound that is itself measured has none. */
export function boundsIn(that: Expression, scope: Scope): RowBound[] {
  if (that.kind !== 'binary') return [];
  const { operator, left, right } = that;
  if (operator === 'and') return [...boundsIn(left, scope), ...boundsIn(right, scope)];
  if (!isOperator(operator)) return [];
  const bound =
    boundOf(left, operator, right, scope) ?? boundOf(right, turned[operator], left, scope);
  return bound === undefined ? [] : [bound];
}

function boundOf(
  metric: Expression,
  operator: Operator,
  figure: Expression,
  { variants, factOf }: Scope,
): RowBound | undefined {
  if (metric.kind !== 'name') return undefined;
  const held = evaluateQuantity(figure, { variants, factOf, metricOf: () => undefined });
  if (held.kind === 'missing') return undefined;
  const { variant, metric: name } = splitName(metric.path, variants);
  return { metric: name, ...(variant !== undefined && { variant }), operator, value: held.value };
}

const turned = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
} as const satisfies Readonly<Record<Operator, Operator>>;

function isOperator(text: string): text is Operator {
  return Object.hasOwn(turned, text);
}
