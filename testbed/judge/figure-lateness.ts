/** How late the rig was for one figure: what lies on the way of its traffic. */
import { findTrip } from '../plan/path-facts.ts';
import type { PlannedProgram } from '../plan/plan.ts';
import type { LinkHop } from '../plan/walk.ts';
import type { MeasureModel, Scenario } from '../schema/model.ts';
import type { DirectionLateness, LatenessFigures } from '../schema/rig-lateness.ts';
import type { LatenessScope } from './lateness-scope.ts';

/** One figure of the sample: a measure's, or a traffic's own. */
export interface FigureName {
  /** `gap.before`, `ping.answered` */
  readonly metric: string;
  readonly measure: MeasureModel | undefined;
  /** The traffic, the watched flow or the program that it is of. */
  readonly of: string;
  readonly what: string;
}

/** `gap.before` is of the measure `gap`. */
export function nameFigure(metric: string, { measures }: Scenario): FigureName {
  const measure = measures.find(({ name }) => name === metric || `${name}.before` === metric);
  const [traffic, property] = metric.split('.');
  return {
    ...{ metric, measure },
    of: measure?.of ?? traffic!,
    what: measure?.what ?? property ?? '',
  };
}

export type Quantile = 'p50Ns' | 'p99Ns' | 'worstNs';

export function latenessAt(name: FigureName, quantile: Quantile, scope: LatenessScope): number {
  const { passed, wakes } = wayOf(name.of, scope);
  const machineNs = scope.lateness.machine?.[quantile] ?? 0;
  const hubNs = passed.reduce((sum, direction) => sum + direction[quantile], 0);
  // Two ways to see one thing: how late a program is by the machine's fault.
  return hubNs + Math.max(wakes * machineNs, waitOf(name, scope));
}

export function lostOnWay({ of }: FigureName, scope: LatenessScope): number {
  return wayOf(of, scope).passed.reduce((sum, { lostFrames }) => sum + lostFrames, 0);
}

/** A median is moved by what is usual, a worst one by the worst. */
export function quantileOf({ measure, what }: FigureName): Quantile {
  if (measure === undefined || (what !== 'rtt' && what !== 'one-way-delay')) return 'worstNs';
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

/**
 * What its programs lacked a processor for: of a mean delay the mean of one exchange, of a rate or a duration
 * all of it. No other pick of delays is told by a sum: a few long waits move the mean, and the median not at all.
 */
function waitOf({ of, measure, what }: FigureName, scope: LatenessScope): number {
  const { plan, lateness, metrics, scenario } = scope;
  const watch = scenario.watches.find(({ name }) => name === of);
  const isOf = (one: PlannedProgram) =>
    watch ? one.node === watch.from || one.node === watch.to : one.traffic === of;
  const own = plan.programs.filter(isOf).map(({ id }) => id);
  const waitedNs = lateness.programs
    .filter(({ id }) => own.includes(id))
    .reduce((sum, one) => sum + one.waitedNs, 0);
  if (what === 'goodput' || what === 'duration') return waitedNs;
  const isDelay = what === 'rtt' || what === 'one-way-delay';
  if (!isDelay || measure?.pick !== 'mean') return 0;
  const exchanges = metrics[`${of}.answered`] ?? metrics[`${of}.received`];
  return exchanges?.kind === 'value' && exchanges.value > 0 ? waitedNs / exchanges.value : 0;
}

/** The time that a rate is over; 0 where nobody knows. */
export function spanOf({ of, measure }: FigureName, { metrics }: LatenessScope): number {
  if (measure?.window) return measure.window.toNs - measure.window.fromNs;
  const duration = metrics[`${of}.duration`];
  return duration?.kind === 'value' ? duration.value : 0;
}

interface Way {
  readonly passed: readonly (DirectionLateness & LatenessFigures)[];
  /** How often a program is woken on it: by a question, and by its answer. */
  readonly wakes: number;
}

/** Of what is no traffic every direction might be on the way, and the two worst stand for it. */
function wayOf(of: string, scope: LatenessScope): Way {
  const { scenario, lateness } = scope;
  const { directions } = lateness;
  const hops = hopsOf(of, scope);
  if (hops === undefined) {
    const worst = directions.toSorted((a, b) => b.worstNs - a.worstNs);
    return { passed: worst.slice(0, 2), wakes: 2 };
  }
  const passed = directions.filter(({ link, toward }) =>
    hops.some((hop) => hop.link === link && hop.toward === toward),
  );
  return { passed, wakes: isOneWay(of, scenario) ? 1 : 2 };
}

/** Undefined: it is no traffic, or nothing leads where it goes. */
export function hopsOf(of: string, { scenario, index }: LatenessScope): LinkHop[] | undefined {
  const traffic = scenario.traffic.find((one) => one.name === of);
  const flow = traffic ?? scenario.watches.find((one) => one.name === of);
  if (flow === undefined) return undefined;
  const trip = findTrip(index, flow.from, flow.to, traffic?.via, traffic?.family);
  if ('problem' in trip) return undefined;
  return isOneWay(of, scenario) ? [...trip.there.hops] : [...trip.there.hops, ...trip.back.hops];
}

/** Of a stream the deliveries are measured, at one end. */
function isOneWay(of: string, { traffic }: Scenario): boolean {
  return traffic.some((one) => one.name === of && one.generator !== 'request-response');
}
