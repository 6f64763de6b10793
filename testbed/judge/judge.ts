/** From samples to verdicts. */
import { evaluateFact } from '../plan/facts.ts';
import { indexNetwork } from '../plan/network-index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Choice } from '../schema/loaded.ts';
import type { ExpectationModel, PlannedLooks, Scenario } from '../schema/model.ts';
import type { ResultRow, SampleResult } from '../schema/result.ts';
import type { BaselineBook } from './baseline-book.ts';
import { variantsSpokenOf } from './compared-variants.ts';
import { type Decision, decide } from './decide.ts';
import type { EvaluationScope } from './evaluate.ts';
import { quantifierOf } from './order-statistic.ts';
import { rowOf, unsupportedRow } from './row.ts';
import { createBook, type JudgedBook } from './sample-book.ts';
import { askSample } from './sample-state.ts';
import { dimensionOf } from './static-dimension.ts';
import { comparableVariants, createVocabulary } from './vocabulary.ts';
import { explainDecision } from './why.ts';

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
   * the most are taken as to be run.
   */
  readonly samples: readonly SampleResult[];
  /**
   * Instead of the scenario's: `looksOf(repeat)` for a number on the command line. Not given, samples
   * that differ in number from the scenario's first look have one look only.
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

/** Samples of one case of one variant that a second look needs. */
export interface SampleNeed extends Choice {
  /** In all, those that were run included. */
  readonly samples: number;
}

export interface Judgement {
  readonly rows: readonly ResultRow[];
  /** Run these and judge again; none: all is decided, or will not be. */
  readonly needs: readonly SampleNeed[];
}

/** The rows, and which samples must be run before they are the last word. */
export function judgeLook(input: JudgeInput): Judgement {
  return { rows: judgeScenario(input), needs: [] };
}

/** A row for each expectation in each case of each variant; one a case where it compares variants. */
export function judgeScenario(input: JudgeInput): ResultRow[] {
  const book = createBook(input.samples);
  const questions = input.cases.flatMap((judged) => questionsOf(judged, input));
  const ceilings = questions.filter(({ expectation }) => expectation.kind === 'ceiling');
  const answers = new Map(ceilings.map((one) => [one, answer(one, book, input)]));
  // What breaks a ceiling is known to be wrong before anything else is asked of it.
  for (const [question, { decision }] of answers) distrustBroken(question, decision, book);
  return questions.map((one) => (answers.get(one) ?? answer(one, book, input)).row);
}

interface Question {
  readonly judged: JudgedCase;
  readonly expectation: ExpectationModel;
  readonly named: readonly string[];
  /** Whose samples it takes. */
  readonly involved: readonly string[];
  readonly factOf: EvaluationScope['factOf'];
  readonly lacks: string | undefined;
}

function questionsOf(judged: JudgedCase, { variants, cases }: JudgeInput): Question[] {
  const factOf = rememberFacts(judged.plan);
  const comparable = comparableVariants(variants);
  return judged.scenario.expectations.flatMap((expectation) => {
    const spoken = variantsSpokenOf(expectation.that, comparable);
    const { named } = spoken;
    const names = named.length === 0 ? [judged.variant] : spoken.involved;
    const involved = names.map((variant) =>
      cases.find((one) => one.caseId === judged.caseId && one.variant === variant),
    );
    // Whoever runs one variant alone asks nothing of the others.
    if (names[0] !== judged.variant || involved.includes(undefined)) return [];
    const lacks = involved.map((one) => lackOf(one!, named)).find((lack) => lack !== undefined);
    return { judged, expectation, named, involved: names, factOf, lacks };
  });
}

function lackOf({ variant, lacks }: JudgedCase, named: readonly string[]): string | undefined {
  return lacks === undefined || named.length === 0 ? lacks : `${variant}: ${lacks}`;
}

/** Facts are the same in every sample, and a way through a large network takes long to find. */
function rememberFacts(plan: Plan): EvaluationScope['factOf'] {
  const index = indexNetwork(plan);
  const told = new Map<string, ReturnType<EvaluationScope['factOf']>>();
  return (call) => {
    const key = JSON.stringify(call);
    const fact = told.get(key) ?? evaluateFact(plan, call, index);
    told.set(key, fact);
    return fact;
  };
}

interface Answer {
  readonly row: ResultRow;
  readonly decision: Decision | undefined;
}

function answer(question: Question, book: JudgedBook, input: JudgeInput): Answer {
  const { judged, expectation, named, involved, factOf, lacks } = question;
  const { caseId, variant, scenario } = judged;
  const place = { caseId, variant: involved.join(', ') };
  const { sampleNumbers } = input;
  const vocabulary = createVocabulary(scenario, input.variants, false);
  const quantifier = quantifierOf(expectation, (side) => dimensionOf(side, vocabulary));
  if (lacks !== undefined) {
    return { row: unsupportedRow(place, expectation, quantifier, lacks), decision: undefined };
  }
  const expression = expectation.that;
  const { variants } = vocabulary;
  const asked = { expression, caseId, subject: variant, named, variants, factOf };
  const states = sampleNumbers.map((sample) => askSample(asked, book, sample));
  const decision = decide(states, quantifier);
  const why = explainDecision(decision, { expression, quantifier, sampleNumbers });
  const repeat = { caseId, variant: involved.length === 1 ? involved[0]! : '' };
  const again = (sample: number): string => input.again({ ...repeat, sample });
  return { row: rowOf(place, expectation, { decision, quantifier, why, again }), decision };
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
