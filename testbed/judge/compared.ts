/** Judges a comparison of variants in real time: pairs that ran side by side, by their ratio. */
import type { Expression } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { Looks } from '../schema/model.ts';
import {
  comparePairFamily,
  type Pair,
  type PairedComparison,
  type PairedLook,
} from '../statistics/paired-comparison.ts';
import type { Decided } from './decide.ts';
import { judgeTogether, type LookedAt } from './joint-looks.ts';
import { describeMargin, type Margin, marginOf, type NoiseFloor, ratioOf } from './noise.ts';
import type { Outcome } from './outcome.ts';
import type { Ordering } from './quantity.ts';
import { formatPercent, formatRatio } from './ratio-text.ts';
import { signs } from './sides.ts';
import { abridgeExpression } from './value-text.ts';

export interface PairedQuestion {
  readonly that: Inequality;
  /** What was asked for, or the usual one. */
  readonly marginRatio: number;
  readonly floorAt: (look: PairedLook) => NoiseFloor;
  readonly looks: Looks;
  readonly count: number;
  /** All samples that were run, in their order. */
  readonly decided: readonly Decided[];
}

export type Inequality = Extract<Expression, { kind: 'binary' }> & { readonly operator: Ordering };

/** Undefined: something is not positive, and has no ratio. */
export function judgePairs(questions: readonly PairedQuestion[]): (Outcome | undefined)[] {
  const judged = judgeTogether(
    questions,
    compareFamily,
    (compared, { that }) =>
      compared.floor.kind === 'unknown' ||
      truthOf(that.operator, compared.comparison) === undefined,
  );
  return judged.map(({ decision, look }, at) =>
    decision.comparison.decision === 'incomparable'
      ? undefined
      : outcomeOf(questions[at]!, decision, look.isLast),
  );
}

interface Compared {
  readonly comparison: PairedComparison;
  readonly floor: NoiseFloor;
}

function compareFamily(family: readonly LookedAt<PairedQuestion>[]): Compared[] {
  const floors = family.map(({ question, look }) => question.floorAt(look));
  const comparisons = comparePairFamily(
    family.map(({ question, look }) => pairsOf(question).slice(0, look.pairs)),
    family.map(({ question, look }, at) => ({
      look,
      marginRatio: question.marginRatio,
      noiseFloorRatio: ratioOf(floors[at]!) ?? 0,
      better: isUpper(question.that.operator) ? ('lower' as const) : ('higher' as const),
    })),
  );
  return comparisons.map((comparison, at) => ({ comparison, floor: floors[at]! }));
}

/** The left side over the right one. */
function pairsOf({ decided }: PairedQuestion): Pair[] {
  return decided.map(({ finding: { by } }) => {
    const isComplete =
      by.kind === 'comparison' && by.left.kind === 'value' && by.right.kind === 'value';
    return isComplete ? { a: by.right.value, b: by.left.value } : { a: 0, b: 0 };
  });
}

function isUpper(operator: Ordering): boolean {
  return operator === '<' || operator === '<=';
}

/**
 * `<=` and `>=` hold where the interval's worse end is within the margin; `<` and `>` only where there is
 * a difference beyond it. Undefined: the pairs leave it open.
 */
function truthOf(operator: Ordering, comparison: PairedComparison): boolean | undefined {
  const { decision } = comparison;
  if (decision === 'undecided' || decision === 'incomparable') {
    return isNotWorse(operator, comparison) ? true : undefined;
  }
  switch (operator) {
    case '<=':
    case '>=':
      return decision !== 'worse';
    case '<':
    case '>':
      return decision === 'better';
    case '==':
      return decision === 'same';
    case '!=':
      return decision !== 'same';
  }
}

function isNotWorse(
  operator: Ordering,
  { lowerRatio, upperRatio, marginRatio }: PairedComparison,
): boolean {
  if (operator === '<=') return upperRatio !== undefined && upperRatio <= 1 + marginRatio;
  if (operator === '>=') return lowerRatio !== undefined && lowerRatio >= 1 / (1 + marginRatio);
  return false;
}

function outcomeOf(
  { that, decided, looks, marginRatio }: PairedQuestion,
  { comparison, floor }: Compared,
  isLast: boolean,
): Outcome {
  const holds = floor.kind === 'unknown' ? undefined : truthOf(that.operator, comparison);
  const verdict = holds === undefined ? 'inconclusive' : holds ? 'pass' : 'fail';
  const { pairs, ratio, lowerRatio, upperRatio } = comparison;
  const interval = [formatRatio(lowerRatio, '0'), formatRatio(upperRatio, '∞')] as const;
  const worst = decided.slice(0, pairs).toSorted((a, b) => a.finding.slack - b.finding.slack)[0];
  const margin = marginOf(marginRatio, ratioOf(floor));
  const explain = (write: (side: Expression) => string) =>
    explainComparison(that, comparison, { holds, interval, write, margin, floor });
  return {
    verdict,
    why: explain(formatExpression),
    brief: explain(abridgeExpression),
    left: `${formatRatio(ratio, '')} of it`,
    right: `${signs[that.operator]} ${abridgeExpression(that.right)}`,
    ...{ interval, margin: floor.kind === 'unknown' ? undefined : margin },
    n: pairs,
    look: pairs > looks.first ? 'second' : 'first',
    worst: holds === false ? worst?.sample : undefined,
    wants: holds === undefined && !isLast ? looks.most : undefined,
  };
}

interface Wording {
  readonly holds: boolean | undefined;
  readonly interval: readonly [string, string];
  readonly margin: Margin;
  readonly floor: NoiseFloor;
  readonly write: (side: Expression) => string;
}

/** `gap is 0.96 [0.93, 0.99] of 0.5 * kernel.gap over 10 pairs, which keeps ≤ (same within 5 %, p 0.002)` */
function explainComparison(
  { operator, left, right }: Inequality,
  { pairs, ratio, marginRatio, pValue, decision }: PairedComparison,
  { holds, interval, write, margin, floor }: Wording,
): string {
  const [low, high] = interval;
  const verb = holds === undefined ? 'may keep or break' : holds ? 'keeps' : 'breaks';
  const said = `${write(left)} is ${formatRatio(ratio, '')} [${low}, ${high}] of ${write(right)}`;
  const over = `${said} over ${pairs} pairs, which ${verb} ${signs[operator]}`;
  if (floor.kind === 'unknown') return `${over}: ${floor.why}`;
  const same = decision === 'same' ? [`the same within ${formatPercent(marginRatio)}`] : [];
  const asides = [...same, describeMargin(margin), `p ${formatRatio(pValue, '')}`];
  return `${over} (${asides.join(', ')})`;
}
