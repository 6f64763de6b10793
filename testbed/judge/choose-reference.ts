/** How a value is held against its reference: exactly in virtual time, as samples in real time. */
import { betterOf } from '../schema/metric-table.ts';
import type { PairedLook } from '../statistics/paired-comparison.ts';
import type { BaselineReference, ReferenceFigures } from './baseline-book.ts';
import { isDecided, isSettled } from './decide.ts';
import { splitName } from './evaluate.ts';
import type { JudgeInput } from './judgement.ts';
import {
  floorAt,
  marginOf,
  type NoiseFloor,
  type NoiseInput,
  type NoisySide,
  ratioOf,
} from './noise.ts';
import { noisySidesOf } from './noisy-sides.ts';
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
import { type Answer, answered, usualMarginRatio, type Way } from './way.ts';

export function chooseReference(question: Question, input: JudgeInput): Way {
  const { expectation, vocabulary, judged } = question;
  const path = expectation.that.kind === 'name' ? expectation.that.path : [];
  const { metric, variant } = splitName(path, vocabulary.variants);
  const asked = referenceQuestion(question, metric);
  if (asked === undefined) {
    return answered(unjudged('inconclusive', 'nothing says which way this value is better'));
  }
  const key = { caseId: judged.caseId, variant: variant ?? judged.variant, metric };
  const reference: BaselineReference = input.baseline?.lookup(key) ?? { kind: 'none' };
  if (reference.kind === 'reference' && reference.sortedValues.length > 0) {
    const sides = noisySidesOf(question);
    return withReference({ ...asked, sides, noise: input.noise ?? {} }, reference);
  }
  return answered(explainNoReference(asked, reference));
}

/** Undefined where the check of the scenario would have refused it. */
function referenceQuestion(question: Question, metric: string): ReferenceQuestion | undefined {
  const { expectation, judged, vocabulary } = question;
  const { that, marginRatio = usualMarginRatio } = expectation;
  const better = expectation.better ?? betterOf(metric, judged.scenario.measures);
  const dimension = dimensionOf(that, vocabulary);
  if (better === undefined || dimension === undefined) return undefined;
  return {
    ...question,
    ...{ that, better, dimension, seed: judged.scenario.seed },
    margin: marginOf(marginRatio, undefined),
  };
}

interface NoisyQuestion extends ReferenceQuestion {
  readonly sides: readonly NoisySide[];
  readonly noise: NoiseInput;
}

function withReference(question: NoisyQuestion, reference: ReferenceFigures): Way {
  const { numbers, isVirtual, quantifier, looks } = question;
  const figures = figuresOf(question, reference);
  const isRatio = [...figures.map(({ value }) => value), ...reference.sortedValues].every(
    isPositive,
  );
  const isWhole = figures.length === numbers.length && isRatio;
  if (isVirtual || !isRatio) {
    return { kind: 'answered', answer: judgeAgainstFigure(question, reference) };
  }
  if (quantifier !== 'median' || !isWhole) {
    return { kind: 'answered', answer: judgeNoisyFigure(question, reference) };
  }
  const { that, dimension, better, margin } = question;
  const unpaired = {
    ...{ that, dimension, better, looks, figures, marginRatio: margin.askedRatio },
    floorAt: ({ pairs }: PairedLook) => referenceFloor(question, pairs),
    count: numbers.length,
    reference: reference.sortedValues,
  };
  return { kind: 'unpaired', unpaired };
}

/** Between two days nothing is averaged away: the floor is that of one run against another. */
function referenceFloor({ sides, noise }: NoisyQuestion, count: number): NoiseFloor {
  return floorAt(sides, count, 1, noise);
}

/** The floor of the first look stands for the second too, where the first has pairs enough. */
function judgeNoisyFigure(question: NoisyQuestion, reference: ReferenceFigures): Answer {
  const { looks, margin, numbers } = question;
  const early = referenceFloor(question, looks.first);
  const floor = early.kind === 'measured' ? early : referenceFloor(question, numbers.length);
  const judged = judgeAgainstFigure(
    { ...question, margin: marginOf(margin.askedRatio, ratioOf(floor)) },
    reference,
  );
  if (floor.kind === 'measured' || !isSettled(judged.decision)) return judged;
  const mayTell = (floor.enough ?? Number.POSITIVE_INFINITY) <= looks.most;
  const wants = mayTell && numbers.length < looks.most ? looks.most : undefined;
  const { left, right, n, look } = judged.outcome;
  const parts = { left, right, n, look, wants };
  return { ...judged, outcome: unjudged('inconclusive', floor.why, parts) };
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
