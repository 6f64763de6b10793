/** Judges samples of real time against those of a reference from the same machine, by their ratio. */
import { exponential, naturalLog } from '../../src/base/arithmetic.ts';
import type { Expression } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import type { Direction, Looks } from '../schema/model.ts';
import type { ShiftInterval } from '../statistics/hodges-lehmann.ts';
import { adjustByHolm } from '../statistics/holm.ts';
import { estimateShift, estimateShiftInterval, testRankSums } from '../statistics/mann-whitney.ts';
import type { PairedLook } from '../statistics/paired-comparison.ts';
import { judgeTogether } from './joint-looks.ts';
import { describeMargin, type Margin, marginOf, type NoiseFloor, ratioOf } from './noise.ts';
import type { Outcome } from './outcome.ts';
import { formatRatio } from './ratio-text.ts';
import { formatValue } from './value-text.ts';

export interface UnpairedQuestion {
  readonly that: Expression;
  readonly dimension: QuantityDimension;
  readonly better: Direction;
  /** What was asked for, or the usual one. */
  readonly marginRatio: number;
  readonly floorAt: (look: PairedLook) => NoiseFloor;
  readonly looks: Looks;
  readonly count: number;
  readonly figures: readonly Figure[];
  readonly reference: readonly number[];
}

export interface Figure {
  readonly sample: number;
  readonly value: number;
}

interface Unpaired extends ShiftInterval {
  readonly ratio: number;
  readonly pValue: number;
  readonly margin: Margin;
  readonly floor: NoiseFloor;
  readonly truth: boolean | undefined;
}

/** All figures must be positive. */
export function judgeUnpaired(questions: readonly UnpairedQuestion[]): Outcome[] {
  const judged = judgeTogether(questions, compareFamily, ({ truth }) => truth === undefined);
  return judged.map(({ decision, look }, at) => outcomeOf(questions[at]!, decision, look));
}

function compareFamily(
  family: readonly { readonly question: UnpairedQuestion; readonly look: PairedLook }[],
): Unpaired[] {
  const tests = family.map(({ question, look }) => {
    const before = question.reference.map(naturalLog);
    const now = figuresAt(question, look).map(({ value }) => naturalLog(value));
    const { lower, upper, coverage } = estimateShiftInterval(before, now, 1 - look.errorRatio);
    const floor = question.floorAt(look);
    return {
      ...{ coverage, floor, margin: marginOf(question.marginRatio, ratioOf(floor)) },
      ratio: exponential(estimateShift(before, now)),
      lower: lower === undefined ? undefined : exponential(lower),
      upper: upper === undefined ? undefined : exponential(upper),
      pValue: testRankSums(before, now).twoSidedP,
    };
  });
  const adjusted = adjustByHolm(tests.map(({ pValue }) => pValue));
  return family.map(({ question, look }, at) => {
    const estimate = { ...tests[at]!, pValue: adjusted[at]! };
    return { ...estimate, truth: truthOf(question, estimate, look) };
  });
}

function figuresAt({ figures }: UnpairedQuestion, look: PairedLook): readonly Figure[] {
  return figures.slice(0, look.pairs);
}

/** Holds where the interval's worse end is within the margin; broken where all of it is worse than equal. */
function truthOf(
  { better }: UnpairedQuestion,
  { lower, upper, ratio, pValue, margin, floor }: Omit<Unpaired, 'truth'>,
  look: PairedLook,
): boolean | undefined {
  if (lower === undefined || upper === undefined || floor.kind === 'unknown') return undefined;
  const most = 1 + margin.ratio;
  const isNotWorse = better === 'lower' ? upper <= most : lower >= 1 / most;
  if (isNotWorse) return true;
  const isWorse = better === 'lower' ? lower > 1 && ratio > most : upper < 1 && ratio < 1 / most;
  return isWorse && pValue <= look.errorRatio ? false : undefined;
}

function outcomeOf(question: UnpairedQuestion, compared: Unpaired, look: PairedLook): Outcome {
  const { looks, better, reference, dimension } = question;
  const { truth, lower, upper, floor, margin } = compared;
  const figures = figuresAt(question, look);
  const worst = figures.toSorted((a, b) =>
    better === 'lower' ? b.value - a.value : a.value - b.value,
  )[0];
  const why = explain(question, compared, figures.length);
  return {
    verdict: truth === undefined ? 'inconclusive' : truth ? 'pass' : 'fail',
    ...{ why, brief: why },
    left: formatValue(medianOf(figures.map(({ value }) => value)), dimension),
    right: `reference ${formatValue(medianOf(reference), dimension)}`,
    interval: [formatRatio(lower, '0'), formatRatio(upper, '∞')],
    margin: floor.kind === 'unknown' ? undefined : margin,
    n: figures.length,
    look: figures.length > looks.first ? 'second' : 'first',
    worst: truth === false ? worst?.sample : undefined,
    wants: truth === undefined && !look.isLast ? looks.most : undefined,
  };
}

/** `gap is 1.12 [1.08, 1.17] of the reference's 190 ms over 7 samples against 7, which breaks …` */
function explain(
  { that, dimension, reference, better }: UnpairedQuestion,
  { ratio, lower, upper, truth, pValue, margin, floor }: Unpaired,
  count: number,
): string {
  const verb = truth === undefined ? 'may be worse' : truth ? 'is not worse' : 'is worse';
  const interval = `[${formatRatio(lower, '0')}, ${formatRatio(upper, '∞')}]`;
  const before = formatValue(medianOf(reference), dimension);
  const said = `${formatExpression(that)} is ${formatRatio(ratio, '')} ${interval} of the reference's ${before}`;
  const over = `${said} over ${count} samples against ${reference.length}, which ${verb}`;
  if (floor.kind === 'unknown') return `${over}: ${floor.why}`;
  const asides = `${describeMargin(margin)}, ${better} is better, p ${formatRatio(pValue, '')}`;
  return `${over} (${asides})`;
}

/** Of two in the middle the greater: a figure that was measured. */
function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
