/** All expressions of a scenario, before anything is run. */
import { evaluateFact } from '../plan/facts.ts';
import { indexNetwork } from '../plan/network-index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Expression, Span } from '../schema/expression.ts';
import type { SourcePath } from '../schema/loaded.ts';
import type { ExpectationModel, Scenario } from '../schema/model.ts';
import { formatPath } from '../schema/quote.ts';
import { checkExpectation } from './check-expectation.ts';
import { type CheckScope, checkExpression, checkValue } from './check-expression.ts';
import type { JudgeErrorCode } from './error-codes.ts';
import { createLookPlanner, type LookPlanner } from './look-planner.ts';
import { comparableVariants, createVocabulary } from './vocabulary.ts';

export interface ScenarioProblem {
  /** The entry of the YAML whose text is meant: `['expect', 'short-gap', 'that']`. */
  readonly path: SourcePath;
  /** Within that text; undefined: all of it. */
  readonly span: Span | undefined;
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
  const planLooks = createLookPlanner();
  const expectations = scenario.expectations.flatMap((expectation) => {
    const { name, that, against } = expectation;
    const isValue = against !== undefined;
    const problems = problemsAt(['expect', name, 'that'], that, scopeOf(false), { isValue });
    if (problems.length > 0) return problems;
    return problemsOf(expectation, scenario, comparableVariants(variants), planLooks);
  });
  return [...conditions, ...expectations];
}

function problemsOf(
  expectation: ExpectationModel,
  scenario: Scenario,
  variants: readonly string[],
  planLooks: LookPlanner,
): ScenarioProblem[] {
  return checkExpectation(expectation, scenario, variants, planLooks).map(
    ({ key, message, ...problem }) => {
      const path = ['expect', expectation.name, key];
      return { ...problem, path, message: `${formatPath(path)}: ${message}` };
    },
  );
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
  { isValue } = { isValue: false },
): ScenarioProblem[] {
  const check = isValue ? checkValue : checkExpression;
  return check(expression, scope).map((problem) => ({
    ...problem,
    path,
    message: `${formatPath(path)}: ${problem.message}`,
  }));
}
