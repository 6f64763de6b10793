/** Which way each question is judged: as a bound, as pairs, or against a reference. */

import type { PairedLook } from '../statistics/paired-comparison.ts';
import { judgeBound } from './bound.ts';
import { chooseReference } from './choose-reference.ts';
import { type Inequality, judgePairs, type PairedQuestion } from './compared.ts';
import { isDecided } from './decide.ts';
import type { JudgeInput } from './judgement.ts';
import { floorAt } from './noise.ts';
import { noisySidesOf } from './noisy-sides.ts';
import { unjudged } from './outcome.ts';
import { isOrdering } from './quantity.ts';
import type { Question } from './question.ts';
import type { SampleState } from './sample-state.ts';
import { judgeUnpaired, type UnpairedQuestion } from './unpaired.ts';
import { type Answer, answered, usualMarginRatio, type Way } from './way.ts';

/** Comparisons last and together: the more there are, the more it takes to call one a difference. */
export function answerAll(
  questions: readonly Question[],
  input: JudgeInput,
): Map<Question, Answer> {
  const answers = new Map<Question, Answer>();
  const pairs = new Map<Question, PairedQuestion>();
  const unpaired = new Map<Question, UnpairedQuestion>();
  for (const question of questions) {
    const way = chooseWay(question, input);
    if (way.kind === 'pairs') pairs.set(question, way.pairs);
    else if (way.kind === 'unpaired') unpaired.set(question, way.unpaired);
    else answers.set(question, way.answer);
  }
  const compared = judgePairs([...pairs.values()]);
  for (const [at, question] of [...pairs.keys()].entries()) {
    const outcome = compared[at];
    answers.set(question, outcome ? { outcome, decision: undefined } : answerBound(question));
  }
  const referred = judgeUnpaired([...unpaired.values()]);
  for (const [at, question] of [...unpaired.keys()].entries()) {
    answers.set(question, { outcome: referred[at]!, decision: undefined });
  }
  return answers;
}

export function answerCeiling(question: Question): Answer {
  return lackOf(question) ?? answerBound(question);
}

function chooseWay(question: Question, input: JudgeInput): Way {
  const lack = lackOf(question);
  if (lack !== undefined) return { kind: 'answered', answer: lack };
  if (question.expectation.against !== undefined) return chooseReference(question, input);
  return comparePairs(question, input) ?? { kind: 'answered', answer: answerBound(question) };
}

function lackOf({ lacks }: Question): Answer | undefined {
  if (lacks === undefined) return undefined;
  return { outcome: unjudged('unsupported', lacks), decision: undefined };
}

function answerBound(question: Question): Answer {
  const { expectation, isVirtual, isComparison } = question;
  const { that, kind } = expectation;
  const isEstimated = !(isVirtual && isComparison);
  return judgeBound({ ...question, that, kind, isEstimated });
}

/** Undefined: the samples are compared as they are, or one by one. */
function comparePairs(question: Question, input: JudgeInput): Way | undefined {
  const { isVirtual, isComparison, expectation, quantifier, numbers, looks, ask } = question;
  const { that } = expectation;
  if (isVirtual || !isComparison || quantifier !== 'median' || !isInequality(that))
    return undefined;
  const states = numbers.map((sample) => ask(that, sample));
  if (numbers.length < looks.first && !states.some(isSpoilt)) {
    return tooFewPairs(question);
  }
  if (!states.every(isDecided)) return undefined;
  const sides = noisySidesOf(question);
  const pairs = {
    that,
    looks,
    marginRatio: expectation.marginRatio ?? usualMarginRatio,
    floorAt: ({ pairs: count }: PairedLook) => floorAt(sides, count, count, input.noise ?? {}),
    count: numbers.length,
    decided: states,
  };
  return { kind: 'pairs', pairs };
}

function isInequality(that: Question['expectation']['that']): that is Inequality {
  return that.kind === 'binary' && isOrdering(that.operator);
}

/** Whatever else is run, it stays so. */
function isSpoilt(state: SampleState): boolean {
  return state.kind === 'failed' || (state.kind === 'found' && !isDecided(state));
}

/** The first look at pairs may come later than that at samples. */
function tooFewPairs({ numbers, looks }: Question): Way {
  const why = `${numbers.length} pairs so far: they are looked at when there are ${looks.first}`;
  return answered(unjudged('inconclusive', why, { n: numbers.length, wants: looks.first }));
}
