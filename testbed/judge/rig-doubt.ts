/**
 * Whether the rig was good enough for what is expected of one sample. A figure that breaks its bound by
 * no more than the rig was late may not be broken at all, and one that keeps a least time by so little
 * may not keep it: then the sample is invalid, and says nothing. Lateness that no figure minds is none.
 */
import { formatDuration } from '../../src/base/units.ts';
import { evaluateFact } from '../plan/facts.ts';
import { indexNetwork } from '../plan/network-index.ts';
import type { Plan } from '../plan/plan.ts';
import { formatExpression } from '../schema/expression-text.ts';
import type { ExpectationModel, Scenario } from '../schema/model.ts';
import type { Metric, SampleOutcome } from '../schema/result.ts';
import type { LatenessFigures, RigLateness } from '../schema/rig-lateness.ts';
import { variantsSpokenOf } from './compared-variants.ts';
import type { EvaluationScope, Value } from './evaluate.ts';
import { type LatenessScope, latenessOf } from './figure-lateness.ts';
import { type Deciding, findTruth } from './finding.ts';
import { formatSides, signs } from './sides.ts';
import { comparableVariants } from './vocabulary.ts';

export interface DoubtInput {
  readonly scenario: Scenario;
  readonly plan: Plan;
  /** The one that was run, and all that the file names. */
  readonly variant: string;
  readonly variants: readonly string[];
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly outcome: SampleOutcome;
  readonly lateness: RigLateness;
}

/** One sentence; undefined: the sample may be believed. */
export function doubtRig(input: DoubtInput): string | undefined {
  const starved = describeOff(input.lateness) ?? describeStarved(input.lateness);
  if (starved !== undefined) return starved;
  if (input.outcome.kind !== 'finished') return undefined;
  const variants = comparableVariants(input.variants);
  const scope: LatenessScope = { ...input, variants, index: indexNetwork(input.plan) };
  for (const expectation of input.scenario.expectations) {
    const doubt = doubtExpectation(expectation, input, scope);
    if (doubt !== undefined) return doubt;
  }
  return undefined;
}

/** What a calibrated rig keeps: a hub whose usual frame is later does not carry these links now. */
const offNs = 1_000_000;

function describeOff({ probes }: RigLateness): string | undefined {
  const off = probes.find(({ p50Ns }) => p50Ns > offNs);
  return (
    off &&
    `the rig is off: before the run, frames over ${off.setting} were late by ${describeLate(off)}`
  );
}

/** Where one frame or wake-up in a hundred is so late, programs run out of time by the rig's fault. */
const starvedNs = 20_000_000;

function describeStarved({ directions, machine }: RigLateness): string | undefined {
  const late = directions.find(({ steadyNs }) => steadyNs > starvedNs);
  if (late !== undefined) {
    const { link, toward } = late;
    return `the machine was starved: frames toward ${toward} on ${link} were late by ${describeLate(late)}`;
  }
  if (machine === undefined || machine.steadyNs <= starvedNs) return undefined;
  return `the machine was starved: what slept on it woke late by ${describeLate(machine)}`;
}

function describeLate({ p50Ns, p99Ns, worstNs }: LatenessFigures): string {
  const [p50, p99, worst] = [p50Ns, p99Ns, worstNs].map((ns) => formatDuration(ns, 2));
  return `${p50} (p99 ${p99}, worst ${worst})`;
}

/** Variants and references are compared by many samples, whose noise is measured. */
function doubtExpectation(
  { name, that, against }: ExpectationModel,
  input: DoubtInput,
  scope: LatenessScope,
): string | undefined {
  const { involved } = variantsSpokenOf(that, scope.variants);
  const isOfOthers = involved.some((one) => one !== input.variant);
  if (against !== undefined || isOfOthers) return undefined;
  const finding = findTruth(that, evaluationScope(input, scope));
  if (finding.kind !== 'decided' || finding.by.kind !== 'comparison') return undefined;
  return doubtComparison(name, finding.by, finding.holds, scope);
}

type Comparison = Extract<Deciding, { kind: 'comparison' }>;

function doubtComparison(
  name: string,
  by: Comparison,
  holds: boolean,
  scope: LatenessScope,
): string | undefined {
  const { left, right, operator } = by;
  if (left.kind === 'missing' || right.kind === 'missing') return undefined;
  const [one, other] = [latenessOf(by.leftText, scope), latenessOf(by.rightText, scope)];
  const lostFrames = one.lostFrames + other.lostFrames;
  if (!holds && lostFrames > 0 && left.dimension !== 'time') {
    return `${name}: the hub lost ${lostFrames} frames on the way, and ${describe(by, 'breaks')}`;
  }
  const isLeast = operator === '>' || operator === '>=';
  if (holds && !(isLeast && one.isUsual && left.dimension === 'time')) return undefined;
  const apart = Math.abs(left.value - right.value);
  const moved = movedBy(left, one) + movedBy(right, other);
  if (moved === 0 || apart > moved) return undefined;
  const late = formatDuration(one.lateNs + other.lateNs, 2);
  const verb = holds ? 'keeps' : 'breaks';
  return `${name}: the rig was late by ${late} on the way, and ${describe(by, verb)} by no more than that`;
}

function movedBy(
  value: Value,
  late: { readonly lateNs: number; readonly lateRatio: number },
): number {
  if (value.kind === 'missing') return 0;
  const byShare = Math.abs(value.value) * late.lateRatio;
  return value.dimension === 'time' ? Math.max(late.lateNs, byShare) : byShare;
}

/** `rtt 23.1 ms breaks ≤ 21 ms` */
function describe(by: Comparison, verb: string): string {
  const { left, right } = formatSides(by);
  return `${formatExpression(by.leftText)} ${left} ${verb} ${signs[by.operator]} ${right}`;
}

function evaluationScope(
  { plan, metrics, variant }: DoubtInput,
  { variants, index }: LatenessScope,
): EvaluationScope {
  return {
    variants,
    metricOf: (name, other = variant) => (other === variant ? metrics[name] : undefined),
    factOf: (call) => evaluateFact(plan, call, index),
  };
}
