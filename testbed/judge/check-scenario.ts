/** All expressions of a scenario, before anything is run. */
import { evaluateFact } from '../plan/facts.ts';
import { indexNetwork } from '../plan/network-index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Expression, Span } from '../schema/expression.ts';
import type { SourcePath } from '../schema/loaded.ts';
import type { Scenario } from '../schema/model.ts';
import { formatPath } from '../schema/quote.ts';
import { type CheckScope, checkExpression } from './check-expression.ts';
import type { JudgeErrorCode } from './error-codes.ts';
import { createVocabulary } from './vocabulary.ts';

export interface ScenarioProblem {
  /** The entry of the YAML whose text is meant: `['expect', 'short-gap', 'that']`. */
  readonly path: SourcePath;
  /** Within that text. */
  readonly span: Span;
  readonly code: JudgeErrorCode;
  /** Whole: it begins with the path. */
  readonly message: string;
  readonly hint: string | undefined;
}

/** `variants`: all that the file names. Facts are those of this plan: ask once a case and variant. */
export function checkScenario(
  scenario: Scenario,
  variants: readonly string[],
  plan: Plan,
): ScenarioProblem[] {
  const scopeOf = createScopes(scenario, variants, plan);
  const conditions = scenario.events.flatMap(({ name, trigger }) =>
    trigger.kind === 'after'
      ? problemsAt(['events', name, 'after'], trigger.condition, scopeOf(true))
      : [],
  );
  const expectations = scenario.expectations.flatMap(({ name, that }) =>
    problemsAt(['expect', name, 'that'], that, scopeOf(false)),
  );
  return [...conditions, ...expectations];
}

function createScopes(
  scenario: Scenario,
  variants: readonly string[],
  plan: Plan,
): (isCondition: boolean) => CheckScope {
  const index = indexNetwork(plan);
  const common = {
    factOf: (call: Parameters<CheckScope['factOf']>[0]) => evaluateFact(plan, call, index),
    isPlace: (name: string) => index.nodes.has(name) || index.links.has(name),
  };
  const [expectation, condition] = [false, true].map((isCondition) => ({
    ...common,
    vocabulary: createVocabulary(scenario, variants, isCondition),
  }));
  return (isCondition) => (isCondition ? condition! : expectation!);
}

function problemsAt(
  path: SourcePath,
  expression: Expression,
  scope: CheckScope,
): ScenarioProblem[] {
  return checkExpression(expression, scope).map((problem) => ({
    ...problem,
    path,
    message: `${formatPath(path)}: ${problem.message}`,
  }));
}
