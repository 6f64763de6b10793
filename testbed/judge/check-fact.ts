/** Whether a fact can be told: it is asked of the plan, so that what is said here holds in the run. */
import type { FactArgument, FactCall, FactProblem, FactValue } from '../plan/fact-table.ts';
import { factNames, isFactName } from '../plan/fact-table.ts';
import type { Argument, Expression, Span } from '../schema/expression.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import type { Problem } from './dimension-problems.ts';
import { type EvaluationScope, prepareArgument } from './evaluate.ts';

type Call = Extract<Expression, { kind: 'call' }>;

export interface FactScope {
  readonly factOf: (call: FactCall) => FactValue | FactProblem;
  readonly isPlace: (name: string) => boolean;
}

export function checkFact(call: Call, scope: FactScope): QuantityDimension | Problem {
  const prepared: FactArgument[] = [];
  for (const argument of call.arguments) {
    const value = prepareArgument(argument, constants(scope));
    if (value.kind === 'missing') return measuredArgument(call, argument.span);
    prepared.push(value);
  }
  const fact = scope.factOf({ name: call.name, arguments: prepared });
  if (!('problem' in fact)) return fact.dimension;
  const { problem: message, hint } = fact;
  const isMisuse = isFactName(call.name) && message.startsWith(`${call.name} does not take`);
  const code = isMisuse ? 'wrong-arguments' : 'bad-fact';
  return { code, message, hint, span: isMisuse ? call.span : spanOf(call, scope) };
}

/** Facts stand before the run: nothing measured goes into them. */
function constants({ factOf }: FactScope): EvaluationScope {
  return { variants: [], metricOf: () => undefined, factOf };
}

function measuredArgument({ name }: Call, span: Span): Problem {
  const message = `a fact is told before the run: ${name} takes nothing that is measured`;
  const hint = isFactName(name) ? `write ${factNames[name].signature}` : undefined;
  return { code: 'wrong-arguments', message, hint, span };
}

/** The argument that names no place, or else the whole call. */
function spanOf(call: Call, { isPlace }: FactScope): Span {
  for (const argument of call.arguments) {
    const names = placesOf(argument);
    if (names.length === 0 || names.every(isPlace)) continue;
    const { start, end } = argument.span;
    return isPlace(names[0]!) ? { start, end } : { start, end: start + names[0]!.length };
  }
  return call.span;
}

function placesOf(argument: Argument): string[] {
  if (argument.kind === 'value') {
    return argument.expression.kind === 'name' ? [argument.expression.path.join('.')] : [];
  }
  return [argument.name, argument.via, argument.toward].filter((name) => name !== undefined);
}
