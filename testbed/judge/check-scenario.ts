/** All expressions of a scenario, before anything is run. */
import type { Plan } from '../plan/plan.ts';
import type { Span } from '../schema/expression.ts';
import type { SourcePath } from '../schema/loaded.ts';
import type { Scenario } from '../schema/model.ts';
import type { JudgeErrorCode } from './error-codes.ts';

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
  _scenario: Scenario,
  _variants: readonly string[],
  _plan: Plan,
): ScenarioProblem[] {
  return [];
}
