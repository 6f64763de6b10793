/**
 * How long after an event as much is delivered again as is asked for: from the event to the first delivery
 * after which each fifth of a second, for a second, brings so much. What waited behind the gap that the
 * event made comes in a heap, which would hide the gap: so it is not looked for before the end of that.
 */
import { nsPerSecond } from '../../src/base/time.ts';
import { formatDuration, formatRate } from '../../src/base/units.ts';
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { endOf, eventTimes } from './delivery-gap.ts';
import type { FlowObservation } from './flow-observation.ts';
import { measured, missing } from './metric.ts';
import { type Observations, whyUnseen } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';

const spanNs = nsPerSecond / 5;
const spans = 5;
/** A silence longer than this, which begins within a span after the event, is made by it. */
const shortSilenceNs = spanNs / 4;
/** The delivery from which on it holds comes so long after the event at most. */
const reachNs = 10 * nsPerSecond;

export function measureTimeToRate(
  observations: Observations,
  traffic: ObservedTraffic,
  { around, rateBps }: MeasureModel,
): Metric {
  const unseen = whyUnseen(traffic);
  if (unseen !== undefined) return missing(unseen);
  const event = around!;
  const beganNs = eventTimes(observations, traffic, event, endOf(traffic.flow, observations));
  if ('kind' in beganNs) return beganNs;
  const spanBytes = (rateBps! * spanNs) / nsPerSecond / 8;
  const totals = runningTotals(traffic.flow);
  let longestNs = 0;
  for (const fromNs of beganNs) {
    const reachedNs = findReached(traffic.flow, totals, fromNs, spanBytes);
    if (reachedNs === undefined) return missing(describeMiss(traffic.name, rateBps!, event));
    longestNs = Math.max(longestNs, reachedNs - fromNs);
  }
  return measured(longestNs, 'time');
}

/** `totals[i]`: bytes of all arrivals before the one at `i`. */
function runningTotals({ arrivedBytes }: FlowObservation): Float64Array {
  const totals = new Float64Array(arrivedBytes.length + 1);
  for (const [at, bytes] of arrivedBytes.entries()) totals[at + 1] = totals[at]! + bytes;
  return totals;
}

function findReached(
  { arrivedNs }: FlowObservation,
  totals: Float64Array,
  fromNs: number,
  spanBytes: number,
): number | undefined {
  // Where each span begins, as places in the row of arrivals: they only move onwards.
  const places = new Int32Array(spans + 1);
  for (let at = endOfSilence(arrivedNs, fromNs); at < arrivedNs.length; at++) {
    const startNs = arrivedNs[at]!;
    if (startNs > fromNs + reachNs) return undefined;
    if (holdsFrom(arrivedNs, totals, places, startNs, spanBytes)) return startNs;
  }
  return undefined;
}

/** The place of the arrival that ends the last silence of the event's, or else of the next one. */
function endOfSilence(arrivedNs: readonly number[], fromNs: number): number {
  let end = firstAfter(arrivedNs, fromNs - 1, 0);
  for (let at = Math.max(end, 1); (arrivedNs[at - 1] ?? Infinity) <= fromNs + spanNs; at++) {
    if ((arrivedNs[at] ?? 0) - arrivedNs[at - 1]! > shortSilenceNs) end = at;
  }
  return end;
}

/** What arrives in the very moment is not counted: it may have waited for the first of its row. */
function holdsFrom(
  arrivedNs: readonly number[],
  totals: Float64Array,
  places: Int32Array,
  startNs: number,
  spanBytes: number,
): boolean {
  for (let span = 0; span <= spans; span++) {
    places[span] = firstAfter(arrivedNs, startNs + span * spanNs, places[span]!);
  }
  for (let span = 0; span < spans; span++) {
    if (totals[places[span + 1]!]! - totals[places[span]!]! < spanBytes) return false;
  }
  return true;
}

function firstAfter(arrivedNs: readonly number[], tNs: number, from: number): number {
  let at = from;
  while (at < arrivedNs.length && arrivedNs[at]! <= tNs) at++;
  return at;
}

function describeMiss(traffic: string, rateBps: number, event: string): string {
  const reach = formatDuration(reachNs);
  return `${traffic} did not bring ${formatRate(rateBps)} for a second within ${reach} of ${event}`;
}
