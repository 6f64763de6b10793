/** Judges a bound: at the looks that were planned, or in the samples as they are. */
import type { Expression } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { ExpectationModel, Looks, Quantifier } from '../schema/model.ts';
import type { RowCause, Verdict } from '../schema/result.ts';
import { boundPartsOf } from './bound-parts.ts';
import { type Decision, decide, isSettled } from './decide.ts';
import type { Deciding } from './finding.ts';
import { intervalOf } from './interval.ts';
import type { LookPlanner } from './look-planner.ts';
import { confidence } from './order-statistic.ts';
import type { Outcome } from './outcome.ts';
import type { SampleState } from './sample-state.ts';
import { formatBound } from './sides.ts';
import { abridgeExpression } from './value-text.ts';
import { explainDecision } from './why.ts';

export interface BoundQuestion {
  readonly that: Expression;
  readonly kind: ExpectationModel['kind'];
  readonly quantifier: Quantifier;
  /** Of the samples that were to be run by now. */
  readonly numbers: readonly number[];
  readonly looks: Looks;
  /** Whether the statistic is estimated from the samples, or is just theirs. */
  readonly isEstimated: boolean;
  readonly isVirtual: boolean;
  readonly planLooks: LookPlanner;
  readonly ask: (that: Expression, sample: number) => SampleState;
  /** Instead of the right side's own text. */
  readonly boundText?: string;
}

export interface JudgedBound {
  readonly outcome: Outcome;
  readonly decision: Decision;
}

export function judgeBound(question: BoundQuestion): JudgedBound {
  const { quantifier, numbers, ask, isVirtual, looks, planLooks } = question;
  const isEstimated = question.isEstimated && quantifier !== 'every';
  const parts = isEstimated
    ? boundPartsOf(question.that)
    : { expressions: [question.that], confidence };
  const planned = isEstimated ? planLooks(quantifier, looks, parts.confidence) : undefined;
  const judged = parts.expressions.map((that) => {
    const states = numbers.map((sample) => ask(that, sample));
    return { that, decision: decide(states, { quantifier, looks: planned, isVirtual }) };
  });
  const { that, decision } = worstOf(judged);
  const interval = intervalOf(judged.map((one) => one.decision));
  return { outcome: outcomeOf({ ...question, that }, decision, interval), decision };
}

const worstFirst: readonly Decision['kind'][] = [
  'failed',
  'missing',
  'broken',
  'invalid',
  'unfinished',
  'too-few',
  'open',
  'holds',
];

interface Part {
  readonly that: Expression;
  readonly decision: Decision;
}

function worstOf(parts: readonly Part[]): Part {
  return parts.toSorted((a, b) => rankOf(a) - rankOf(b) || slackOf(a) - slackOf(b))[0]!;
}

function rankOf({ decision }: Part): number {
  return worstFirst.indexOf(decision.kind);
}

function slackOf({ decision }: Part): number {
  return isSettled(decision) ? decision.speaks.finding.slack : 0;
}

function outcomeOf(
  question: BoundQuestion,
  decision: Decision,
  interval: Outcome['interval'],
): Outcome {
  const { that, kind, quantifier, numbers, looks, boundText } = question;
  const spell = (write: (bound: Expression) => string) => (bound: Expression) =>
    boundText ?? (isFigure(bound) ? undefined : write(bound));
  const context = { expression: that, quantifier, sampleNumbers: numbers, interval };
  const explain = (write: (bound: Expression) => string) =>
    explainDecision(decision, { ...context, spellBound: spell(write) });
  const mayGoOn = decision.kind === 'open' && decision.look?.isLast === false;
  return {
    verdict: verdictOf(decision, kind),
    why: explain(formatExpression),
    brief: explain(abridgeExpression),
    cause: causeOf(decision),
    ...formatBound(decidingOf(decision)),
    interval,
    n: decision.count,
    look: decision.count > looks.first ? 'second' : 'first',
    worst: worstSample(decision),
    wants: mayGoOn ? looks.most : undefined,
  };
}

function causeOf(decision: Decision): RowCause | undefined {
  switch (decision.kind) {
    case 'failed':
    case 'invalid':
      return { kind: 'samples', outcome: decision.kind, reason: decision.samples[0]!.reason };
    case 'missing': {
      const { name, reason } = decision.samples[0]!.finding.missing;
      return { kind: 'no-value', of: name, reason };
    }
    default:
      return undefined;
  }
}

function isFigure(bound: Expression): boolean {
  return bound.kind === 'number' || (bound.kind === 'negate' && isFigure(bound.operand));
}

/** More than possible says that the rig is wrong, not what it carried. */
function verdictOf(decision: Decision, kind: ExpectationModel['kind']): Verdict {
  switch (decision.kind) {
    case 'holds':
      return 'pass';
    case 'broken':
      return kind === 'ceiling' ? 'invalid' : 'fail';
    case 'failed':
    case 'missing':
      return 'fail';
    case 'invalid':
      return 'invalid';
    case 'open':
    case 'unfinished':
    case 'too-few':
      return 'inconclusive';
  }
}

function worstSample(decision: Decision): number | undefined {
  switch (decision.kind) {
    case 'broken':
      return decision.sorted.at(-1)!.sample;
    case 'failed':
    case 'missing':
    case 'invalid':
      return decision.samples[0]!.sample;
    case 'holds':
    case 'open':
    case 'unfinished':
    case 'too-few':
      return undefined;
  }
}

function decidingOf(decision: Decision): Deciding | undefined {
  switch (decision.kind) {
    case 'holds':
    case 'broken':
    case 'open':
      return decision.speaks.finding.by;
    case 'missing':
      return decision.samples[0]!.finding.by;
    case 'unfinished':
    case 'too-few':
      return decision.sorted.at(-1)?.finding.by;
    case 'failed':
    case 'invalid':
      return undefined;
  }
}
