/** A verdict in one sentence with figures. */
import type { Expression } from '../schema/expression.ts';
import type { Quantifier } from '../schema/model.ts';
import type { Decided, Decision } from './decide.ts';
import type { Deciding } from './finding.ts';
import { leastSamples } from './order-statistic.ts';
import { formatSides, medianLeft, signs } from './sides.ts';
import { formatExpression } from './value-text.ts';

export interface WhyContext {
  readonly expression: Expression;
  readonly quantifier: Quantifier;
  /** The numbers of the samples that were to be run. */
  readonly sampleNumbers: readonly number[];
}

export function explainDecision(decision: Decision, context: WhyContext): string {
  switch (decision.kind) {
    case 'holds':
    case 'broken':
      return explainSettled(decision, context);
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
      return explainUnfinished(decision.sorted.length, context);
    case 'too-few': {
      const { quantifier, sampleNumbers } = context;
      const few = `${counted(sampleNumbers.length)} cannot show a ${quantifier}`;
      return `${few}: it takes ${leastSamples(quantifier)}`;
    }
  }
}

type Settled = Extract<Decision, { kind: 'holds' | 'broken' }>;

function explainSettled(decision: Settled, context: WhyContext): string {
  const { sorted, speaks } = decision;
  if (sorted.length === 1) return explainAlone(speaks, context);
  if (isJoined(context.expression)) return explainJoined(decision, context);
  if (speaks.finding.by.kind === 'never') return explainNever(decision, context);
  const said = sentence(speaks);
  const isSame = sorted.length === context.sampleNumbers.length;
  if (isSame && sorted.every((one) => sentence(one) === said)) {
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
  return `${sentence(only)} in ${placed(only.sample, context)}`;
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
  const said = sentence(speaks);
  if (kind === 'broken') return `${said} in ${placed(speaks.sample, context)}${aside}`;
  return `${said} at worst, in ${placed(speaks.sample, context)}${aside}`;
}

/** `median gap 96 ms keeps ≤ 110 ms over 7 samples (worst 104 ms in sample 3)` */
function explainStatistic({ sorted, speaks }: Settled, context: WhyContext): string {
  const { quantifier, sampleNumbers } = context;
  const said = `${quantifier} ${sentence(speaks)} over ${counted(sampleNumbers.length)}`;
  const worst = sorted.at(-1)!;
  const { left, right } = formatSides(worst.finding.by);
  const against = right === formatSides(speaks.finding.by).right ? '' : ` against ${right}`;
  return `${said} (worst ${left}${against} in sample ${worst.sample})`;
}

/** Slacks of different comparisons say nothing to each other: samples are counted. */
function explainJoined({ kind, sorted }: Settled, context: WhyContext): string {
  const breaking = breakersOf(sorted);
  const example = breaking.at(-1) ?? sorted.at(-1)!;
  const such = `${sentence(example)} in sample ${example.sample}`;
  const total = counted(context.sampleNumbers.length);
  if (breaking.length === 0) return `holds in all ${total}: ${such}`;
  const verb = kind === 'holds' ? 'holds although it is broken' : 'is broken';
  return `${verb} in ${breaking.length} of ${total}: ${such}`;
}

function explainNever({ sorted }: Settled, context: WhyContext): string {
  const breaking = breakersOf(sorted);
  const example = breaking.at(-1);
  if (example === undefined) return `${sentence(sorted[0]!)} in all ${counted(sorted.length)}`;
  const many = breaking.length > 1 ? ` (and ${breaking.length - 1} more)` : '';
  return `${sentence(example)} in ${placed(example.sample, context)}${many}`;
}

function breakersOf(sorted: readonly Decided[]): Decided[] {
  return sorted.filter(({ finding }) => !finding.holds);
}

/** What decided in one sample: `gap 214 ms breaks ≤ 110 ms`. */
function sentence({ finding: { by, holds } }: Decided): string {
  if (by.kind === 'never') return neverSentence(by, holds);
  const { left, right } = formatSides(by);
  return `${nameLeft(by)}${left} ${holds ? 'keeps' : 'breaks'} ${signs[by.operator]} ${right}`;
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

function nameLeft({ leftText }: Extract<Deciding, { kind: 'comparison' }>): string {
  if (leftText.kind === 'number') return '';
  const text = formatExpression(leftText);
  return `${text.length > longestName ? 'the left side' : text} `;
}

function explainUnfinished(done: number, { sampleNumbers }: WhyContext): string {
  if (done === 0) return 'no sample was run to its end';
  return `nothing broken in ${done} of ${counted(sampleNumbers.length)}: the others were not run`;
}

function placed(sample: number, { sampleNumbers }: Pick<WhyContext, 'sampleNumbers'>): string {
  const count = sampleNumbers.length;
  const isWhole = count > 1 && sampleNumbers.every((number, at) => number === at + 1);
  return isWhole ? `sample ${sample} of ${count}` : `sample ${sample}`;
}

function andOthers(count: number): string {
  return count === 0 ? '' : ` (and ${counted(count, ' other')})`;
}

function counted(count: number, kind = ''): string {
  return `${count}${kind} sample${count === 1 ? '' : 's'}`;
}
