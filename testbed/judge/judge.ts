/** From samples to verdicts. */
import type { Plan } from '../plan/plan.ts';
import type { Scenario } from '../schema/model.ts';
import type { ResultRow, SampleResult } from '../schema/result.ts';

export interface JudgeInput {
  /** All that the file names, in its order, run or not. */
  readonly variants: readonly string[];
  /** What was chosen to be run, in the order of the rows. */
  readonly cases: readonly JudgedCase[];
  /** The numbers of the samples that were to be run. */
  readonly sampleNumbers: readonly number[];
  /** Those that were: fewer, after an interruption. */
  readonly samples: readonly SampleResult[];
  /** The command that runs one sample again. */
  readonly again: (sample: SampleToRepeat) => string;
}

/** One case of one variant. */
export interface JudgedCase {
  readonly caseId: string;
  readonly variant: string;
  readonly scenario: Scenario;
  readonly plan: Plan;
  /** Why the lab can't run it, as one sentence; undefined: it can. */
  readonly lacks: string | undefined;
}

export interface SampleToRepeat {
  readonly caseId: string;
  /** Empty: all of them, because they are compared. */
  readonly variant: string;
  readonly sample: number;
}

/** A row for each expectation in each case of each variant; one a case where it compares variants. */
export function judgeScenario(_input: JudgeInput): ResultRow[] {
  return [];
}
