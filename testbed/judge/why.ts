/** A verdict in one sentence with figures. */
import type { Expression } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { Quantifier } from '../schema/model.ts';
import type { Decided, Decision, Settled } from './decide.ts';
import type { Deciding } from './finding.ts';
import { formatInterval, type Interval } from './interval.ts';
import { leastSamples } from './order-statistic.ts';
import { formatSides, medianLeft, signs } from './sides.ts';

export interface WhyContext {
  readonly expression: Expression;
  readonly quantifier: Quantifier;
  /** The numbers of the samples that were to be run. */
  readonly sampleNumbers: readonly number[];
  readonly interval: Interval | undefined;
  /** How the right side is spelled, where it is more than a figure; nothing: the figure is enough. */
  readonly spellBound: (bound: Expression) => string | undefined;
}

export function explainDecision(decision: Decision, context: WhyContext): string {
  switch (decision.kind) {
    case 'holds':
    case 'broken':
      return explainSettled(decision, context);
    case 'open':
      return explainOpen(decision, context);
    case 'failed':
    case 'invalid': {
      const [first, ...others] = decision.samples;
      const { sample, variant, reason } = first!;
      const whose = variant === undefined ? '' : ` of ${variant}`;
      const verb = decision.kind === 'failed' ? 'failed' : 'is invalid';
      return `${placed(sample, context)}${whose} ${verb}: ${reason}${andOthers(others.length)}`;
    }
    case 'missing': {
      const [first, ...others] = decision.samples;
      const { name, reason } = first!.finding.missing;
      const place = placed(first!.sample, context);
      return `${name} has no value in ${place}: ${reason}${andOthers(others.length)}`;
    }
    case 'unfinished':
      return explainUnfinished(decision);
    case 'too-few': {
      const { quantifier } = context;
      return `${counted(decision.count)} cannot show a ${quantifier}: it takes ${leastSamples(quantifier)}`;
    }
  }
}

function explainSettled(decision: Settled, context: WhyContext): string {
  const { sorted, speaks, count } = decision;
  if (sorted.length === 1) return explainAlone(speaks, context);
  if (isJoined(context.expression)) return explainJoined(decision, context);
  if (speaks.finding.by.kind === 'never') return explainNever(decision, context);
  const said = sentence(speaks, context);
  const isWhole = sorted.length === count;
  if (isWhole && sorted.every((one) => sentence(one, context) === said)) {
    return `${said} in all ${counted(sorted.length)}`;
  }
  return context.quantifier === 'every'
    ? explainEvery(decision, context)
    : explainStatistic(decision, context);
}

function isJoined(expression: Expression): boolean {
  if (expression.kind === 'not') return isJoined(expression.operand);
  return (
    expression.kind === 'binary' && (expression.operator === 'and' || expression.operator === 'or')
  );
}

function explainAlone(only: Decided, context: WhyContext): string {
  return `${sentence(only, context)} in ${placed(only.sample, context)}`;
}

/** `gap 214 ms breaks ≤ 110 ms in sample 3 of 7 (2 samples break it; median 96 ms)` */
function explainEvery({ kind, sorted, speaks }: Settled, context: WhyContext): string {
  const breaking = breakersOf(sorted).length;
  const median = sorted.length > 2 ? medianLeft(sorted) : undefined;
  const asides = [
    ...(breaking > 1 ? [`${breaking} samples break it`] : []),
    ...(median === undefined ? [] : [`median ${median}`]),
  ];
  const aside = asides.length === 0 ? '' : ` (${asides.join('; ')})`;
  const said = sentence(speaks, context);
  if (kind === 'broken') return `${said} in ${placed(speaks.sample, context)}${aside}`;
  return `${said} at worst, in ${placed(speaks.sample, context)}${aside}`;
}

/** `median gap 96 ms [80, 104] keeps ≤ 110 ms over 7 samples (worst 104 ms in sample 3)` */
function explainStatistic({ sorted, speaks, count }: Settled, context: WhyContext): string {
  const { quantifier, interval } = context;
  const said = `${quantifier} ${sentence(speaks, context, interval)} over ${counted(count)}`;
  const worst = sorted.at(-1)!;
  const { left, right } = formatSides(worst.finding.by);
  const against = right === formatSides(speaks.finding.by).right ? '' : ` against ${right}`;
  return `${said} (worst ${left}${against} in sample ${worst.sample})`;
}

/** `median gap 96 ms [80, 214] may keep or break ≤ 110 ms: 5 of 7 samples keep it, 7 would pass` */
function explainOpen(decision: Settled, context: WhyContext): string {
  const { sorted, speaks, count, look } = decision;
  const { quantifier, interval, expression } = context;
  const by = speaks.finding.by;
  const isPlain = by.kind === 'comparison' && !isJoined(expression);
  const said = isPlain
    ? `${quantifier} ${compared(by, 'may keep or break', context, interval)}`
    : 'it may hold or be broken';
  const ends = [
    ...(look?.passRank === undefined ? [] : [`${look.passRank} would pass`]),
    ...(look?.failRank === undefined ? [] : [`${look.failRank - 1} would fail`]),
  ];
  const holding = sorted.length - breakersOf(sorted).length;
  return `${said}: ${holding} of ${counted(count)} keep it, ${ends.join(', ')}`;
}

/** Slacks of different comparisons say nothing to each other: samples are counted. */
function explainJoined({ kind, sorted, count }: Settled, context: WhyContext): string {
  const breaking = breakersOf(sorted);
  const example = breaking.at(-1) ?? sorted.at(-1)!;
  const such = `${sentence(example, context)} in sample ${example.sample}`;
  const total = counted(count);
  if (breaking.length === 0) return `holds in all ${total}: ${such}`;
  const verb = kind === 'holds' ? 'holds although it is broken' : 'is broken';
  return `${verb} in ${breaking.length} of ${total}: ${such}`;
}

function explainNever({ sorted }: Settled, context: WhyContext): string {
  const breaking = breakersOf(sorted);
  const example = breaking.at(-1);
  if (example === undefined) {
    return `${sentence(sorted[0]!, context)} in all ${counted(sorted.length)}`;
  }
  const many = breaking.length > 1 ? ` (and ${breaking.length - 1} more)` : '';
  return `${sentence(example, context)} in ${placed(example.sample, context)}${many}`;
}

function breakersOf(sorted: readonly Decided[]): Decided[] {
  return sorted.filter(({ finding }) => !finding.holds);
}

/** What decided in one sample: `gap 214 ms breaks ≤ 110 ms = 2 * rtt(wifi) + 50 ms`. */
function sentence(
  { finding: { by, holds } }: Decided,
  context: WhyContext,
  interval?: Interval,
): string {
  if (by.kind === 'never') return neverSentence(by, holds);
  return compared(by, holds ? 'keeps' : 'breaks', context, interval);
}

type Comparison = Extract<Deciding, { kind: 'comparison' }>;

function compared(
  by: Comparison,
  verb: string,
  { spellBound }: WhyContext,
  interval: Interval | undefined,
): string {
  const { left, right } = formatSides(by);
  const spelled = spellBound(by.rightText);
  const bound = spelled === undefined ? '' : ` = ${spelled}`;
  return `${nameLeft(by)}${left}${formatInterval(interval, left)} ${verb} ${signs[by.operator]} ${right}${bound}`;
}

function neverSentence(
  { argument, value, wantsValue }: Extract<Deciding, { kind: 'never' }>,
  holds: boolean,
): string {
  const name = formatExpression(argument);
  if (value.kind === 'missing') return `${name} has no value (${value.reason})`;
  const { left } = formatSides({ kind: 'never', argument, value, wantsValue });
  return holds ? `${name} has a value` : `${name} has the value ${left}, and should have none,`;
}

const longestName = 40;

function nameLeft({ leftText }: Comparison): string {
  if (leftText.kind === 'number') return '';
  const text = formatExpression(leftText);
  return `${text.length > longestName ? 'the left side' : text} `;
}

function explainUnfinished({
  sorted,
  count,
}: Extract<Decision, { kind: 'unfinished' | 'too-few' }>): string {
  if (sorted.length === 0) return 'no sample was run to its end';
  return `nothing broken in ${sorted.length} of ${counted(count)}: the others were not run`;
}

function placed(sample: number, { sampleNumbers }: Pick<WhyContext, 'sampleNumbers'>): string {
  const count = sampleNumbers.length;
  const isWhole = count > 1 && sampleNumbers.every((number, at) => number === at + 1);
  return isWhole ? `sample ${sample} of ${count}` : `sample ${sample}`;
}

function andOthers(count: number): string {
  return count === 0 ? '' : ` (and ${counted(count, ' other')})`;
}

export function counted(count: number, kind = ''): string {
  return `${count}${kind} sample${count === 1 ? '' : 's'}`;
}
