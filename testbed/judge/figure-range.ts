/**
 * Between what a figure would have come out on a rig that is never late. Lateness only adds to a delay, and
 * never takes it below what the drawing asks of its way; it takes from a rate; of a gap it moves both ends.
 */

import { nsPerSecond } from '../../src/base/time.ts';
import { meanRateBps } from '../plan/link-figures.ts';
import type { Metric } from '../schema/result.ts';
import {
  type FigureName,
  hopsOf,
  latenessAt,
  lostOnWay,
  quantileOf,
  spanOf,
} from './figure-lateness.ts';
import type { LatenessScope } from './lateness-scope.ts';
import { leastDelayNs } from './least-delay.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Why it may be another: by what, and how much of it. */
export interface Blame {
  readonly lateNs: number;
  readonly lostFrames: number;
}

export interface FigureRange extends Range {
  readonly blame: Blame;
}

type Figure = Extract<Metric, { kind: 'value' }>;

/** `holds`: what is expected was seen to hold, and the question is whether it would have. */
export function rangeOfFigure(
  name: FigureName,
  figure: Figure,
  holds: boolean,
  scope: LatenessScope,
): FigureRange {
  const lostFrames = lostOnWay(name, scope);
  const byLoss = rangeByLoss(name, figure.value, lostFrames, holds);
  if (byLoss !== undefined) return { ...byLoss, blame: { lateNs: 0, lostFrames } };
  const lateNs = latenessAt(name, quantileOf(name), scope);
  switch (figure.dimension) {
    case 'time':
      return rangeOfTime(name, figure.value, lateNs, holds, scope);
    case 'rate':
      return { ...rangeOfRate(name, figure.value, lateNs, holds, scope), blame: blame(lateNs) };
    default:
      return { ...rangeOfCount(name, figure.value, lateNs, holds, scope), blame: blame(lateNs) };
  }
}

function blame(lateNs: number): Blame {
  return { lateNs, lostFrames: 0 };
}

const longerByLoss: readonly string[] = ['delivery-gap', 'time-to-rate', 'duration'];
const addedByLoss: readonly string[] = ['lost', 'loss', 'timed-out', ...longerByLoss];

/** What the hub lost, the network did not. */
function rangeByLoss(
  { what }: FigureName,
  value: number,
  lostFrames: number,
  holds: boolean,
): Range | undefined {
  if (lostFrames === 0 || what === 'rtt' || what === 'one-way-delay') return undefined;
  const isMore = addedByLoss.includes(what);
  if (holds && !(isMore && !longerByLoss.includes(what))) return undefined;
  if (isMore) return { low: what === 'lost' ? Math.max(0, value - lostFrames) : 0, high: value };
  return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
}

function rangeOfTime(
  name: FigureName,
  value: number,
  lateNs: number,
  holds: boolean,
  scope: LatenessScope,
): FigureRange {
  if (name.what === 'rtt' || name.what === 'one-way-delay') {
    const leastNs = Math.min(value, leastDelayNs(name, scope));
    return { low: Math.max(value - lateNs, leastNs), high: value, blame: blame(lateNs) };
  }
  if (!holds) return { low: value - lateNs, high: value + lateNs, blame: blame(lateNs) };
  const countedNs = lateInKept(name, value, lateNs, scope);
  return { low: value - countedNs, high: value, blame: blame(countedNs) };
}

/** By how much a time that shall be long, and is, may be so for lateness alone. */
function lateInKept(
  name: FigureName,
  value: number,
  worstNs: number,
  scope: LatenessScope,
): number {
  if (name.what === 'delivery-gap') return lateInGap(name, value, worstNs, scope);
  if (name.what !== 'reported') return worstNs;
  // Nobody knows which moments it spans: whole trips, as a rule, of which lateness must make up a good part.
  const lateNs = latenessAt(name, 'p99Ns', scope);
  return lateNs >= value / 2 ? lateNs : 0;
}

/**
 * The largest of many gaps is found where the rig was latest. One that is larger than lateness makes of any other
 * is the network's, and has two ends, each a moment like others.
 */
function lateInGap(name: FigureName, value: number, worstNs: number, scope: LatenessScope): number {
  const isMadeByLateness = value <= usualGapNs(name, scope) + worstNs;
  return isMadeByLateness ? worstNs : Math.min(worstNs, latenessAt(name, 'p99Ns', scope));
}

/** Infinity: nobody knows. */
function usualGapNs({ of, metric }: FigureName, { scenario, metrics }: LatenessScope): number {
  const before = metrics[`${metric}.before`];
  if (before?.kind === 'value') return before.value;
  const traffic = scenario.traffic.find(({ name }) => name === of);
  if (traffic?.generator !== 'stream' || traffic.rateBps === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  return (traffic.payloadBytes * 8 * nsPerSecond) / traffic.rateBps;
}

function rangeOfRate(
  name: FigureName,
  value: number,
  lateNs: number,
  holds: boolean,
  scope: LatenessScope,
): Range {
  if (name.what === 'reported') return rangeOfReported(value, holds, scope);
  const spanNs = spanOf(name, scope);
  const movedBps = spanNs > 0 ? (value * lateNs) / spanNs : 0;
  if (!holds) return { low: value - movedBps, high: value + movedBps };
  return { low: value, high: Math.max(value, Math.min(value + movedBps, mostBps(name, scope))) };
}

/** No lateness keeps more off a link than it carries. */
function mostBps({ of }: FigureName, scope: LatenessScope): number {
  const traffic = scope.scenario.traffic.find(({ name }) => name === of);
  const hops = hopsOf(of, scope);
  if (traffic === undefined || hops === undefined) return Number.POSITIVE_INFINITY;
  if (scope.plan.events.some(({ change }) => change.kind !== 'nat-reboot'))
    return Number.POSITIVE_INFINITY;
  const shareOfFrame = traffic.payloadBytes / (traffic.payloadBytes + 42);
  const rates = hops.map(({ link, toward }) =>
    meanRateBps(scope.index.links.get(link)!.ends.find(({ node }) => node === toward)!.arriving),
  );
  return Math.min(...rates) * (traffic.transport === 'udp' ? shareOfFrame : 1);
}

function rangeOfCount(
  name: FigureName,
  value: number,
  lateNs: number,
  holds: boolean,
  scope: LatenessScope,
): Range {
  switch (name.what) {
    case 'reported':
      return rangeOfReported(value, holds, scope);
    case 'timed-out':
    case 'lost':
    case 'loss':
      return mayTimeOut(name, lateNs, scope)
        ? { low: 0, high: value }
        : { low: value, high: value };
    case 'answered':
    case 'success':
      return {
        low: value,
        high: mayTimeOut(name, lateNs, scope) ? Number.POSITIVE_INFINITY : value,
      };
    default:
      return { low: value, high: value };
  }
}

/** What the rig was late by alone is as long as a question is waited for. */
function mayTimeOut({ of }: FigureName, lateNs: number, scope: LatenessScope): boolean {
  const traffic = scope.scenario.traffic.find(({ name }) => name === of);
  if (traffic?.generator !== 'request-response') return false;
  const name: FigureName = { metric: of, measure: undefined, of, what: 'rtt' };
  return leastDelayNs(name, scope) + lateNs >= traffic.timeoutNs;
}

/** What a calibrated rig keeps. */
const keptNs = 1_000_000;

/**
 * Nobody knows what a program's own figure is made of, such as a rate that follows each delay: it is taken at its
 * word only on a rig where one frame or wake-up in a hundred at most was later than calibration lets pass.
 */
function rangeOfReported(value: number, holds: boolean, { lateness }: LatenessScope): Range {
  const { directions, machine } = lateness;
  const isLate = [...directions, ...(machine ? [machine] : [])].some(
    ({ steadyNs }) => steadyNs > keptNs,
  );
  if (holds || !isLate) return { low: value, high: value };
  return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
}
