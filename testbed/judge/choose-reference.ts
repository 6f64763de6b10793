/** How a value is held against its reference: exactly in virtual time, as samples in real time. */
import { betterOf } from '../schema/metric-table.ts';
import type { BaselineReference, ReferenceFigures } from './baseline-book.ts';
import { isDecided } from './decide.ts';
import { splitName } from './evaluate.ts';
import type { JudgeInput } from './judgement.ts';
import { unjudged } from './outcome.ts';
import type { Question } from './question.ts';
import {
  boundOf,
  explainNoReference,
  judgeAgainstFigure,
  type ReferenceQuestion,
  statisticOf,
} from './reference.ts';
import { dimensionOf } from './static-dimension.ts';
import type { Figure } from './unpaired.ts';
import { answered, usualMarginRatio, type Way } from './way.ts';

export function chooseReference(question: Question, input: JudgeInput): Way {
  const { expectation, vocabulary, judged } = question;
  const path = expectation.that.kind === 'name' ? expectation.that.path : [];
  const { metric, variant } = splitName(path, vocabulary.variants);
  const asked = referenceQuestion(question, metric, input);
  if (asked === undefined) {
    return answered(unjudged('inconclusive', 'nothing says which way this value is better'));
  }
  const key = { caseId: judged.caseId, variant: variant ?? judged.variant, metric };
  const reference: BaselineReference = input.baseline?.lookup(key) ?? { kind: 'none' };
  if (reference.kind === 'reference' && reference.sortedValues.length > 0) {
    return withReference(asked, reference);
  }
  return answered(explainNoReference(asked, reference));
}

/** Undefined where the check of the scenario would have refused it. */
function referenceQuestion(
  question: Question,
  metric: string,
  { noiseFloorRatio = 0 }: JudgeInput,
): ReferenceQuestion | undefined {
  const { expectation, judged, vocabulary, isVirtual } = question;
  const { that, marginRatio = usualMarginRatio } = expectation;
  const better = expectation.better ?? betterOf(metric, judged.scenario.measures);
  const dimension = dimensionOf(that, vocabulary);
  if (better === undefined || dimension === undefined) return undefined;
  return {
    ...question,
    ...{ that, better, dimension, seed: judged.scenario.seed },
    marginRatio: isVirtual ? marginRatio : Math.max(marginRatio, noiseFloorRatio),
  };
}

function withReference(question: ReferenceQuestion, reference: ReferenceFigures): Way {
  const { numbers, isVirtual, quantifier, looks } = question;
  const figures = figuresOf(question, reference);
  const isRatio = [...figures.map(({ value }) => value), ...reference.sortedValues].every(
    isPositive,
  );
  const isWhole = figures.length === numbers.length && isRatio;
  if (isVirtual || quantifier !== 'median' || !isWhole) {
    return { kind: 'answered', answer: judgeAgainstFigure(question, reference) };
  }
  const { that, dimension, better, marginRatio } = question;
  const unpaired = {
    ...{ that, dimension, better, marginRatio, looks, figures },
    count: numbers.length,
    reference: reference.sortedValues,
  };
  return { kind: 'unpaired', unpaired };
}

function isPositive(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

function figuresOf(question: ReferenceQuestion, reference: ReferenceFigures): Figure[] {
  const { quantifier, better, numbers, ask } = question;
  const bound = boundOf(question, statisticOf(reference, quantifier, better));
  return numbers.flatMap((sample) => {
    const state = ask(bound, sample);
    if (!isDecided(state) || state.finding.by.kind !== 'comparison') return [];
    const { left } = state.finding.by;
    return left.kind === 'value' ? [{ sample, value: left.value }] : [];
  });
}
