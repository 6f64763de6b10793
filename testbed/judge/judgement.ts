/** What the judge is given, and what it gives back. */
import type { Plan } from '../plan/plan.ts';
import type { Choice } from '../schema/loaded.ts';
import type { PlannedLooks, Scenario } from '../schema/model.ts';
import type { ResultRow, SampleResult } from '../schema/result.ts';
import type { BaselineBook } from './baseline-book.ts';
import type { NoiseInput, NoiseSeries } from './noise.ts';

export interface JudgeInput {
  /** In `sim` equal seeds are compared exactly; elsewhere pairs are tested. */
  readonly lab: string;
  /** `2026-06-01`: what is known to fail may do so until its day. */
  readonly today: string;
  /** All that the file names, in its order, run or not. */
  readonly variants: readonly string[];
  /** What was chosen to be run, in the order of the rows. */
  readonly cases: readonly JudgedCase[];
  /** The numbers of the samples that were to be run for the first look. */
  readonly sampleNumbers: readonly number[];
  /**
   * Those that were: fewer, after an interruption; more, where a second look was needed. Then all up to
   * the next look are taken as to be run.
   */
  readonly samples: readonly SampleResult[];
  /**
   * Instead of the scenario's: `looksOf(repeat)` for a number on the command line. Samples that differ in
   * number from the first look have one look only.
   */
  readonly looks?: PlannedLooks | undefined;
  /** What is known of this machine's noise beside these samples. */
  readonly noise?: NoiseInput | undefined;
  /** Committed references; not given: there are none. */
  readonly baseline?: BaselineBook | undefined;
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

/** Samples of one case of one variant that a further look needs. */
export interface SampleNeed extends Choice {
  /** In all, those that were run included. */
  readonly samples: number;
}

export interface Judgement {
  readonly rows: readonly ResultRow[];
  /** Run these and judge again; none: all is decided, or will not be. */
  readonly needs: readonly SampleNeed[];
  /** The A/A pairs that were found, for later runs that have too few. */
  readonly noise?: readonly NoiseSeries[];
}
