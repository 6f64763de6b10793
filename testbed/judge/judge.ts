/** From samples to verdicts. */
import type { ResultRow } from '../schema/result.ts';
import { answerAll, answerCeiling } from './answer.ts';
import type { Decision } from './decide.ts';
import type { JudgeInput, Judgement, SampleNeed } from './judgement.ts';
import { seriesOf } from './noise.ts';
import { noisySidesOf } from './noisy-sides.ts';
import { listQuestions, type Question } from './question.ts';
import { rowOf } from './row.ts';
import { createBook, type JudgedBook } from './sample-book.ts';
import type { Answer } from './way.ts';

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
  const noise = questions
    .flatMap(noisySidesOf)
    .map((side) => seriesOf(side, side.figures.length, input.noise ?? {}))
    .filter(({ distances }) => distances.length > 0);
  return { rows, needs: needsOf(answers), noise };
}

function toRow(question: Question, { outcome }: Answer, input: JudgeInput): ResultRow {
  const { judged, involved, expectation, quantifier } = question;
  const { caseId } = judged;
  const repeat = { caseId, variant: involved.length === 1 ? involved[0]! : '' };
  const again = (sample: number): string => input.again({ ...repeat, sample });
  const { today } = input;
  const variant = involved.join(', ');
  const row = rowOf({ caseId, variant, expectation, quantifier, today, again }, outcome);
  return question.bounds.length === 0 ? row : { ...row, bounds: question.bounds };
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
