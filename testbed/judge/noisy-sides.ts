/** What of a question comes with noise: the sides that were measured, run by run. */
import type { Expression } from '../schema/expression.ts';
import { namesIn } from '../schema/expression-names.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import { isDecided } from './decide.ts';
import { splitName } from './evaluate.ts';
import type { NoisySide } from './noise.ts';
import { isOrdering } from './quantity.ts';
import type { Question } from './question.ts';

/** None where no margin is asked for, in virtual time, and of figures that have no ratio. */
export function noisySidesOf(question: Question): NoisySide[] {
  if (question.isVirtual) return [];
  const sides = sidesOf(question).filter((side) => namesIn(side).length > 0);
  return sides.flatMap((side) => {
    const figures = figuresOf(side, question);
    return figures.every(({ value }) => value > 0 && Number.isFinite(value))
      ? [{ place: placeOf(side, question), figures }]
      : [];
  });
}

function sidesOf({ expectation, isComparison }: Question): Expression[] {
  const { that, against } = expectation;
  if (against !== undefined) return [that];
  const isPair = isComparison && that.kind === 'binary' && isOrdering(that.operator);
  return isPair ? [that.left, that.right] : [];
}

/** Held against nothing, to see what it comes to. */
function figuresOf(side: Expression, { numbers, ask }: Question): NoisySide['figures'] {
  return numbers.flatMap((sample) => {
    const state = ask(atLeastZero(side), sample);
    if (!isDecided(state) || state.finding.by.kind !== 'comparison') return [];
    const { left } = state.finding.by;
    return left.kind === 'value' ? [{ sample, value: left.value }] : [];
  });
}

function atLeastZero(left: Expression): Expression {
  const dimension: QuantityDimension = 'plain';
  const right: Expression = { kind: 'number', value: 0, dimension, span: left.span };
  return { kind: 'binary', operator: '>=', left, right, span: left.span };
}

function placeOf(side: Expression, { judged, vocabulary }: Question): NoisySide['place'] {
  const { caseId, variant } = judged;
  const named = namesIn(side).map((path) => splitName(path, vocabulary.variants).variant);
  const variants = [...new Set(named.map((name) => name ?? variant))];
  return { caseId, variants, figure: formatExpression(side) };
}
