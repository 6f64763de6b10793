/**
 * Whether the rig was good enough for what is expected of one sample. Each figure lies between what was measured
 * and what it would have been on a rig that is never late; where some of that keeps the bound and some breaks
 * it, the sample is invalid, and says nothing. Lateness that no figure minds is none.
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
import { type EvaluationScope, splitName } from './evaluate.ts';
import { nameFigure } from './figure-lateness.ts';
import { rangeOfFigure } from './figure-range.ts';
import { findTruth } from './finding.ts';
import type { LatenessScope } from './lateness-scope.ts';
import type { RangeScope } from './range-arithmetic.ts';
import { findRangeTruth, type RangeTruth } from './range-truth.ts';
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

/** A program that waits longer for a processor than it has one is not what was measured. */
const leastWaitNs = 500_000_000;

function describeStarved({ directions, machine, programs }: RigLateness): string | undefined {
  const hungry = programs.find(
    ({ ranNs, waitedNs }) => waitedNs > ranNs && waitedNs >= leastWaitNs,
  );
  if (hungry !== undefined) {
    const [ran, waited] = [hungry.ranNs, hungry.waitedNs].map((ns) => formatDuration(ns, 2));
    return `the machine was starved: ${hungry.id} had a processor for ${ran}, and waited for one for ${waited}`;
  }
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

/**
 * Variants and references are compared by many samples, whose noise is measured. A ceiling that is kept claims
 * nothing that lateness could have made: it looks for a rig that is too fast.
 */
function doubtExpectation(
  { name, that, against, kind }: ExpectationModel,
  input: DoubtInput,
  scope: LatenessScope,
): string | undefined {
  const { involved } = variantsSpokenOf(that, scope.variants);
  const isOfOthers = involved.some((one) => one !== input.variant);
  if (against !== undefined || isOfOthers) return undefined;
  const seen = evaluationScope(input, scope);
  const finding = findTruth(that, seen);
  if (finding.kind !== 'decided' || (finding.holds && kind === 'ceiling')) return undefined;
  const truth = findRangeTruth(that, rangeScope(seen, finding.holds, scope));
  if (truth.kind !== 'open') return undefined;
  return `${name}: ${describeBlame(truth)}`;
}

type Open = Extract<RangeTruth, { kind: 'open' }>;

function describeBlame({ by, left, right, isKept }: Open): string {
  const what = describe(by, isKept ? 'keeps' : 'breaks');
  const lostFrames = left.blame.lostFrames + right.blame.lostFrames;
  const frames = lostFrames === 1 ? '1 frame' : `${lostFrames} frames`;
  if (lostFrames > 0) return `the hub lost ${frames} on the way, and ${what}`;
  const late = formatDuration(left.blame.lateNs + right.blame.lateNs, 2);
  const isBounded = [left.low, left.high, right.low, right.high].every(Number.isFinite);
  const tail = isBounded ? ' by no more than that' : ', which may be why';
  return `the rig was late by ${late} on the way, and ${what}${tail}`;
}

/** `rtt 23.1 ms breaks ≤ 21 ms` */
function describe(by: Open['by'], verb: string): string {
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

function rangeScope(seen: EvaluationScope, holds: boolean, scope: LatenessScope): RangeScope {
  return {
    ...seen,
    rangeOfName(path) {
      const { metric, variant } = splitName(path, scope.variants);
      const figure = seen.metricOf(metric, variant);
      if (figure?.kind !== 'value') return undefined;
      const name = nameFigure(metric, scope.scenario);
      return { ...rangeOfFigure(name, figure, holds, scope), dimension: figure.dimension };
    },
  };
}
