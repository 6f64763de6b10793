/** By how much the rig's lateness may have moved a figure: what lies on the way of its traffic. */
import type { NetworkIndex } from '../plan/network-index.ts';
import { findTrip } from '../plan/path-facts.ts';
import type { Plan } from '../plan/plan.ts';
import type { LinkHop } from '../plan/walk.ts';
import type { Expression } from '../schema/expression.ts';
import { namesIn } from '../schema/expression-names.ts';
import type { MeasureModel, Scenario } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import type { DirectionLateness, LatenessFigures, RigLateness } from '../schema/rig-lateness.ts';
import { splitName } from './evaluate.ts';

export interface LatenessScope {
  readonly scenario: Scenario;
  readonly variants: readonly string[];
  readonly lateness: RigLateness;
  readonly index: NetworkIndex;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly plan: Pick<Plan, 'programs'>;
}

/** What may have happened to a figure that the rig, and not the network, is to blame for. */
export interface FigureLateness {
  readonly lateNs: number;
  /** The same as a part of the time that the figure is made of; 0 where it is made of none. */
  readonly lateRatio: number;
  readonly lostFrames: number;
  /** Every such figure was so late, and not just the worst of them. */
  readonly isUsual: boolean;
}

export function latenessOf(side: Expression, scope: LatenessScope): FigureLateness {
  const figures = namesIn(side).map((path) => ofName(path, scope));
  return {
    lateNs: figures.reduce((sum, { lateNs }) => sum + lateNs, 0),
    lateRatio: figures.reduce((sum, { lateRatio }) => sum + lateRatio, 0),
    lostFrames: figures.reduce((sum, { lostFrames }) => sum + lostFrames, 0),
    isUsual: figures.every(({ isUsual }) => isUsual),
  };
}

type Quantile = keyof LatenessFigures;

function ofName(path: readonly string[], scope: LatenessScope): FigureLateness {
  const { metric } = splitName(path, scope.variants);
  const measure = measureNamed(metric, scope.scenario);
  const quantile = quantileFor(measure);
  const { passed, wakes } = wayOf(measure?.of ?? metric.split('.')[0]!, scope);
  const machineNs = scope.lateness.machine?.[quantile] ?? 0;
  const hubNs = passed.reduce((sum, direction) => sum + direction[quantile], 0);
  const waitedNs = waitOf(metric, measure, scope);
  // Two ways to see one thing: how late a program is by the machine's fault.
  const lateNs = hubNs + Math.max(wakes * machineNs, waitedNs);
  const spanNs = spanOf(metric, measure, scope);
  return {
    lateNs,
    lateRatio: spanNs > 0 ? lateNs / spanNs : 0,
    lostFrames: passed.reduce((sum, direction) => sum + direction.lostFrames, 0),
    isUsual: quantile !== 'worstNs',
  };
}

/** `gap.before` is of the measure `gap`. */
function measureNamed(metric: string, { measures }: Scenario): MeasureModel | undefined {
  return measures.find(({ name }) => name === metric || `${name}.before` === metric);
}

/**
 * What its programs lacked a processor for: of a delay the mean of one exchange, of a rate or a duration
 * all of it. How long the longest wait was nobody counted: of a gap it is not told.
 */
function waitOf(
  metric: string,
  measure: MeasureModel | undefined,
  { plan, lateness, metrics }: LatenessScope,
): number {
  const [traffic, property] = measure === undefined ? metric.split('.') : [measure.of];
  const own = plan.programs.filter((one) => one.traffic === traffic).map(({ id }) => id);
  const waitedNs = lateness.programs
    .filter(({ id }) => own.includes(id))
    .reduce((sum, one) => sum + one.waitedNs, 0);
  const what = measure?.what ?? property;
  if (what === 'goodput' || what === 'duration') return waitedNs;
  if (what !== 'rtt' && what !== 'one-way-delay') return 0;
  const exchanges = metrics[`${traffic}.answered`] ?? metrics[`${traffic}.received`];
  return exchanges?.kind === 'value' && exchanges.value > 0 ? waitedNs / exchanges.value : 0;
}

/** The time that a figure is, or that a rate is over; 0 of what is counted. */
function spanOf(
  metric: string,
  measure: MeasureModel | undefined,
  { metrics }: LatenessScope,
): number {
  const found = metrics[metric];
  if (found?.kind !== 'value') return 0;
  if (found.dimension === 'time') return found.value;
  if (found.dimension !== 'rate') return 0;
  if (measure?.window) return measure.window.toNs - measure.window.fromNs;
  const duration = metrics[`${measure?.of ?? metric.split('.')[0]}.duration`];
  return duration?.kind === 'value' ? duration.value : 0;
}

/** A median is moved by what is usual, a worst one by the worst. */
function quantileFor(measure: MeasureModel | undefined): Quantile {
  const isOfPackets = measure?.what === 'rtt' || measure?.what === 'one-way-delay';
  if (!isOfPackets) return 'worstNs';
  switch (measure.pick) {
    case 'min':
    case 'median':
      return 'p50Ns';
    case 'mean':
    case 'p90':
    case 'p99':
      return 'p99Ns';
    case 'max':
      return 'worstNs';
  }
}

interface Way {
  readonly passed: readonly DirectionLateness[];
  /** How often a program is woken on it: by a question, and by its answer. */
  readonly wakes: number;
}

/** Of what is no traffic every direction might be on the way, and the two worst stand for it. */
function wayOf(name: string, { scenario, lateness, index }: LatenessScope): Way {
  const { directions } = lateness;
  const hops = hopsOf(name, scenario, index);
  if (hops === undefined) {
    const worst = directions.toSorted((a, b) => b.worstNs - a.worstNs);
    return { passed: worst.slice(0, 2), wakes: 2 };
  }
  const passed = directions.filter(({ link, toward }) =>
    hops.some((hop) => hop.link === link && hop.toward === toward),
  );
  return { passed, wakes: isOneWay(name, scenario) ? 1 : 2 };
}

function hopsOf(name: string, scenario: Scenario, index: NetworkIndex): LinkHop[] | undefined {
  const traffic = scenario.traffic.find((one) => one.name === name);
  const flow = traffic ?? scenario.watches.find((one) => one.name === name);
  if (flow === undefined) return undefined;
  const trip = findTrip(index, flow.from, flow.to, traffic?.via, traffic?.family);
  if ('problem' in trip) return undefined;
  return isOneWay(name, scenario) ? [...trip.there.hops] : [...trip.there.hops, ...trip.back.hops];
}

/** Of a stream the deliveries are measured, at one end. */
function isOneWay(name: string, { traffic }: Scenario): boolean {
  return traffic.some((one) => one.name === name && one.generator !== 'request-response');
}
