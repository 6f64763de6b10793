/** Where a statistic lies, of the figures that were measured. */
import { type Decided, type Decision, isSettled } from './decide.ts';
import type { Deciding } from './finding.ts';
import type { Quantity } from './quantity.ts';
import { formatValue } from './value-text.ts';

export type Interval = readonly [low: string, high: string];

/**
 * Between the samples at the ranks of the look; of a pair of bounds (the lower one first) between those
 * that each of them must pass. Undefined where nothing is estimated, or where the bound itself differs
 * from sample to sample, so that the figures alone say nothing.
 */
export function intervalOf(decisions: readonly Decision[]): Interval | undefined {
  const parts = decisions.map(rankedFigures);
  const [first, second] = parts;
  if (first === undefined || (decisions.length === 2 && second === undefined)) return undefined;
  const { isUpper } = first;
  const low = second !== undefined || !isUpper ? first.atPass : first.atFail;
  const high = second !== undefined ? second.atPass : isUpper ? first.atPass : first.atFail;
  return [formatEnd(low, '−∞'), formatEnd(high, '∞')];
}

interface RankedFigures {
  readonly isUpper: boolean;
  readonly atFail: Quantity | undefined;
  readonly atPass: Quantity | undefined;
}

function rankedFigures(decision: Decision): RankedFigures | undefined {
  if (!isSettled(decision) || decision.look === undefined) return undefined;
  const { sorted, look, count } = decision;
  if (sorted.length < count) return undefined;
  const figures = sorted.map(figureOf);
  const [first] = figures;
  if (first === undefined) return undefined;
  if (!figures.every((one) => one?.bound === first.bound && one.operator === first.operator)) {
    return undefined;
  }
  const isUpper = first.operator === '<' || first.operator === '<=';
  const isLower = first.operator === '>' || first.operator === '>=';
  if (!isUpper && !isLower) return undefined;
  const at = (rank: number | undefined) =>
    rank === undefined ? undefined : figures[rank - 1]?.left;
  return { isUpper, atFail: at(look.failRank), atPass: at(look.passRank) };
}

interface Figure {
  readonly left: Quantity;
  readonly bound: number;
  readonly operator: Extract<Deciding, { kind: 'comparison' }>['operator'];
}

function figureOf({ finding: { by } }: Decided): Figure | undefined {
  if (by.kind !== 'comparison') return undefined;
  const { left, right, operator } = by;
  if (left.kind === 'missing' || right.kind === 'missing') return undefined;
  return { left, bound: right.value, operator };
}

function formatEnd(figure: Quantity | undefined, endless: string): string {
  return figure === undefined ? endless : formatValue(figure.value, figure.dimension);
}

/** `[198, 231]` beside `214 ms`; with their units where these differ. */
export function formatInterval(interval: Interval | undefined, beside: string): string {
  if (interval === undefined || boundsNothing(interval)) return '';
  const unit = / \S+$/.exec(beside)?.[0];
  const isAlike =
    unit !== undefined && interval.every((end) => end.endsWith(unit) || isEndless(end));
  const ends = isAlike
    ? interval.map((end) => (isEndless(end) ? end : end.slice(0, -unit.length)))
    : interval;
  return ` [${ends.join(', ')}]`;
}

/** So few samples bound the statistic on neither side. */
export function boundsNothing(interval: Interval | undefined): boolean {
  return interval?.every(isEndless) === true;
}

function isEndless(end: string): boolean {
  return end.endsWith('∞');
}
