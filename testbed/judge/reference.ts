/** Judges a value against the committed reference. */
import type { Expression } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import type { Direction, Quantifier } from '../schema/model.ts';
import type { BaselineReference, ReferenceFigures } from './baseline-book.ts';
import { type BoundQuestion, type JudgedBound, judgeBound } from './bound.ts';
import { describeMargin, type Margin } from './noise.ts';
import { rankOf } from './order-statistic.ts';
import { type Outcome, unjudged } from './outcome.ts';
import { formatPercent } from './ratio-text.ts';
import { formatValue } from './value-text.ts';

export interface ReferenceQuestion
  extends Pick<
    BoundQuestion,
    'that' | 'quantifier' | 'numbers' | 'looks' | 'isVirtual' | 'planLooks' | 'ask'
  > {
  readonly dimension: QuantityDimension;
  readonly better: Direction;
  readonly margin: Margin;
  readonly seed: number;
}

/** Why there is nothing to judge by. */
export function explainNoReference(
  { that, quantifier, better, dimension }: ReferenceQuestion,
  reference: BaselineReference,
): Outcome {
  switch (reference.kind) {
    case 'reference':
    case 'none':
      return unjudged('inconclusive', 'no reference yet: ropewalk baseline save');
    case 'other-scenario':
      return unjudged(
        'inconclusive',
        'this reference is for another scenario, which was changed since: ropewalk baseline save',
      );
    case 'other-machine': {
      const figure = statisticOf(reference, quantifier, better);
      const said = `${quantifier} ${formatExpression(that)} was ${formatValue(figure, dimension)} there`;
      return unjudged('unsupported', `the reference is of another machine, ${said}: not judged`, {
        right: formatValue(figure, dimension),
      });
    }
  }
}

/** The figure at the rank of the statistic, from the best to the worst, as with samples. */
export function statisticOf(
  { sortedValues }: ReferenceFigures,
  quantifier: Quantifier,
  better: Direction,
): number {
  const rank = rankOf(quantifier, sortedValues.length);
  return better === 'lower' ? sortedValues[rank - 1]! : sortedValues.at(-rank)!;
}

/**
 * As a bound: the reference's own statistic, and the margin. Where the reference has the same seed, only
 * as many samples are taken as it has, which are the same ones.
 */
export function judgeAgainstFigure(
  question: ReferenceQuestion,
  reference: ReferenceFigures,
): JudgedBound {
  const { better, quantifier, margin, dimension, isVirtual } = question;
  const figure = statisticOf(reference, quantifier, better);
  const way = `${formatPercent(margin.ratio)} ${better === 'lower' ? 'more' : 'less'}`;
  const judged = judgeBound({
    ...question,
    that: boundOf(question, figure),
    kind: 'bound',
    numbers: sameNumbers(question, reference),
    isEstimated: !isVirtual,
    boundText: `${formatValue(figure, dimension)} of the reference and ${way}${besideMargin(margin)}`,
  });
  const isNoisy = margin.noiseFloorRatio !== undefined;
  return isNoisy ? { ...judged, outcome: { ...judged.outcome, margin } } : judged;
}

function besideMargin(margin: Margin): string {
  return margin.noiseFloorRatio === undefined ? '' : ` (${describeMargin(margin)})`;
}

export function boundOf(
  { that, better, margin, dimension }: ReferenceQuestion,
  figure: number,
): Expression {
  const { span } = that;
  const isLower = better === 'lower';
  const value = isLower ? figure * (1 + margin.ratio) : figure / (1 + margin.ratio);
  const right: Expression = { kind: 'number', value, dimension, span };
  return { kind: 'binary', operator: isLower ? '<=' : '>=', left: that, right, span };
}

function sameNumbers(
  { numbers, seed, isVirtual }: ReferenceQuestion,
  reference: ReferenceFigures,
): readonly number[] {
  return isVirtual && seed === reference.seed
    ? numbers.slice(0, reference.sortedValues.length)
    : numbers;
}
