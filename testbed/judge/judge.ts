/** From samples to verdicts. */
import type { Plan } from '../plan/plan.ts';
import type { Choice } from '../schema/loaded.ts';
import type { PlannedLooks, Scenario } from '../schema/model.ts';
import type { ResultRow, SampleResult } from '../schema/result.ts';
import { answerAll, answerCeiling } from './answer.ts';
import type { BaselineBook } from './baseline-book.ts';
import type { Decision } from './decide.ts';
import { listQuestions, type Question } from './question.ts';
import { rowOf } from './row.ts';
import { createBook, type JudgedBook } from './sample-book.ts';
import type { Answer } from './way.ts';

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
  /** What equal things differ by on this machine, as a ratio: from pairs of the same. */
  readonly noiseFloorRatio?: number | undefined;
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
}

/** A row for each expectation in each case of each variant; one a case where it compares variants. */
export function judgeScenario(input: JudgeInput): ResultRow[] {
  return [...judgeLook(input).rows];
}

/** The rows, and which samples must be run before they are the last word. */
export function judgeLook(input: JudgeInput): Judgement {
  const book = createBook(input.samples);
  const questions = listQuestions(input, book);
  const ceilings = new Map<Question, Answer>();
  for (const question of questions) {
    if (question.expectation.kind !== 'ceiling') continue;
    ceilings.set(question, answerCeiling(question));
  }
  // What breaks a ceiling is known to be wrong before anything else is asked of it.
  for (const [question, { decision }] of ceilings) distrustBroken(question, decision, book);
  const others = questions.filter((question) => !ceilings.has(question));
  const answers = new Map([...ceilings, ...answerAll(others, input)]);
  const rows = questions.map((question) => toRow(question, answers.get(question)!, input));
  return { rows, needs: needsOf(answers) };
}

function toRow(question: Question, { outcome }: Answer, input: JudgeInput): ResultRow {
  const { judged, involved, expectation, quantifier } = question;
  const { caseId } = judged;
  const repeat = { caseId, variant: involved.length === 1 ? involved[0]! : '' };
  const again = (sample: number): string => input.again({ ...repeat, sample });
  const { today } = input;
  const variant = involved.join(', ');
  return rowOf({ caseId, variant, expectation, quantifier, today, again }, outcome);
}

function needsOf(answers: ReadonlyMap<Question, Answer>): SampleNeed[] {
  const needs = new Map<string, SampleNeed>();
  for (const [{ judged, involved }, { outcome }] of answers) {
    if (outcome.wants === undefined) continue;
    for (const variant of involved) {
      const key = JSON.stringify([judged.caseId, variant]);
      const samples = Math.max(outcome.wants, needs.get(key)?.samples ?? 0);
      needs.set(key, { caseId: judged.caseId, variant, samples });
    }
  }
  return [...needs.values()];
}

/** A sample that did the impossible proves nothing else either. */
function distrustBroken(
  { judged, expectation, involved }: Question,
  decision: Decision | undefined,
  book: JudgedBook,
): void {
  if (decision?.kind !== 'broken') return;
  for (const { sample, finding } of decision.sorted) {
    if (finding.holds) continue;
    for (const variant of involved) {
      book.mark(judged.caseId, variant, sample, `it breaks the ceiling ${expectation.name}`);
    }
  }
}
