/**
 * The longest silence that the receiving application saw: the largest distance between two
 * consecutive in-order deliveries. A delivery is in order when its number is above all before it.
 */
import { nsPerSecond } from '../../src/base/time.ts';
import { formatDuration } from '../../src/base/units.ts';
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import type { FlowObservation } from './flow-observation.ts';
import { measured, missing } from './metric.ts';
import { findClockTrouble, labClock, type Observations } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { isMetric, isWithin, type View, viewOf } from './window.ts';

/** The first of the two comes so long after the event at most. */
const reachNs = 10 * nsPerSecond;
/** What is looked at beside it. */
const beforeNs = 2 * nsPerSecond;

export interface DeliveryGap {
  readonly gap: Metric;
  /** The largest gap of the 2 s before the event. */
  readonly before: Metric | undefined;
}

export function measureDeliveryGap(
  observations: Observations,
  traffic: ObservedTraffic,
  { around, window }: MeasureModel,
): DeliveryGap {
  const view = viewOf(observations, traffic, window, traffic.receiver);
  if (isMetric(view)) return { gap: view, before: around === undefined ? undefined : view };
  const timesNs = inOrderTimes(traffic.flow, view);
  const endNs = Math.min(endOf(traffic.flow, observations), view.toNs);
  if (around === undefined) return { gap: largestOverall(timesNs, endNs), before: undefined };
  const beganNs = eventTimes(observations, traffic, around, endNs);
  if ('kind' in beganNs) return { gap: beganNs, before: beganNs };
  return {
    gap: largestAround(timesNs, beganNs, endNs, around),
    before: largestBefore(timesNs, beganNs[0]!, around),
  };
}

/** A stream's source hands over early what arrives much later: it lives until both are done. */
export function endOf({ endedNs, arrivedNs }: FlowObservation, observations: Observations): number {
  return endedNs === undefined ? observations.endNs : Math.max(endedNs, arrivedNs.at(-1) ?? 0);
}

/** Those that count, and how far the traffic's life reaches: later ones disturbed nothing. */
export function eventTimes(
  observations: Observations,
  traffic: ObservedTraffic,
  event: string,
  endNs: number,
): readonly number[] | Metric {
  const trouble = findClockTrouble(observations, traffic.receiver, labClock);
  if (trouble !== undefined) return missing(trouble);
  const all = observations.eventsNs.get(event) ?? [];
  if (all.length === 0) return missing(`event ${event} did not begin`);
  const disturbing = all.filter((tNs) => tNs <= endNs);
  if (disturbing.length > 0) return disturbing;
  return missing(`${traffic.name} was over when event ${event} began`);
}

function inOrderTimes(flow: FlowObservation, view: View): number[] {
  const times: number[] = [];
  let highest = 0;
  for (const [at, n] of flow.arrivedNumbers.entries()) {
    const tNs = flow.arrivedNs[at]!;
    // What nothing is known of (not a number) came as it came.
    if (!(n <= highest) && isWithin(view, tNs)) times.push(tNs);
    if (n > highest) highest = n;
  }
  return times;
}

/**
 * Of pairs whose second is not before `fromNs` and whose first is not after `untilNs`; undefined:
 * there is no such pair.
 */
function largestPair(
  timesNs: readonly number[],
  fromNs: number,
  untilNs: number,
): number | undefined {
  let largest: number | undefined;
  for (let at = firstNotBefore(timesNs, fromNs); at < timesNs.length; at++) {
    if (at === 0) continue;
    if (timesNs[at - 1]! > untilNs) break;
    largest = Math.max(largest ?? 0, timesNs[at]! - timesNs[at - 1]!);
  }
  return largest;
}

/** By halves: a link that flaps has many events. */
function firstNotBefore(timesNs: readonly number[], tNs: number): number {
  let low = 0;
  let high = timesNs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timesNs[middle]! < tNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function largestOverall(timesNs: readonly number[], endNs: number): Metric {
  const closedNs = largestPair(timesNs, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const lastNs = timesNs.at(-1);
  if (lastNs === undefined) return missing('no delivery before the end');
  if (endNs - lastNs > (closedNs ?? 0)) {
    return missing(`no delivery before the end: ${formatDuration(endNs - lastNs)} were still open`);
  }
  return closedNs === undefined ? missing('fewer than two deliveries') : measured(closedNs, 'time');
}

/** Over all times that the event began. */
function largestAround(
  timesNs: readonly number[],
  beganNs: readonly number[],
  endNs: number,
  event: string,
): Metric {
  let largest: number | undefined;
  for (const fromNs of beganNs) {
    const closedNs = largestPair(timesNs, fromNs, fromNs + reachNs);
    const open = openGap(timesNs, fromNs, endNs, closedNs);
    if (open !== undefined) return missing(describeOpen(open, fromNs, event));
    if (closedNs !== undefined) largest = Math.max(largest ?? 0, closedNs);
  }
  return largest === undefined
    ? missing(`fewer than two deliveries around ${event}`)
    : measured(largest, 'time');
}

/**
 * The last delivery, where the silence after it is the largest and nothing closed it: its length is
 * not known. The last datagrams of a traffic may be lost by chance, which opens no such silence.
 */
function openGap(
  timesNs: readonly number[],
  fromNs: number,
  endNs: number,
  closedNs: number | undefined,
): { readonly lastNs: number | undefined } | undefined {
  const lastNs = timesNs.at(-1);
  if (lastNs === undefined) return { lastNs };
  if (lastNs > fromNs + reachNs) return undefined;
  if (lastNs < fromNs) return { lastNs };
  return endNs - lastNs > (closedNs ?? 0) ? { lastNs } : undefined;
}

function describeOpen(
  { lastNs }: { readonly lastNs: number | undefined },
  fromNs: number,
  event: string,
): string {
  if (lastNs === undefined) return 'no delivery before the end';
  const side = lastNs < fromNs ? 'before' : 'after';
  const distance = formatDuration(Math.abs(lastNs - fromNs));
  return `no delivery before the end: the last came ${distance} ${side} ${event}`;
}

function largestBefore(timesNs: readonly number[], beganNs: number, event: string): Metric {
  const from = firstNotBefore(timesNs, beganNs - beforeNs);
  const quiet = timesNs.slice(from, firstNotBefore(timesNs, beganNs));
  const largest = largestPair(quiet, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  return largest === undefined
    ? missing(`fewer than two deliveries in the 2 s before ${event}`)
    : measured(largest, 'time');
}
