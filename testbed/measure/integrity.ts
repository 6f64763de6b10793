/** What became of numbers: lost, overtaken, doubled. */
import { hasNumber } from '../../src/base/number-set.ts';
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import type { FlowObservation } from './flow-observation.ts';
import { measured, missing } from './metric.ts';
import type { Observations } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { findStrangers } from './watch-observation.ts';
import { describeWindow, isMetric, isWithin, type View, viewOf, wholeView } from './window.ts';

export interface Losses {
  /** Whose fate is known. */
  readonly sent: number;
  readonly lost: number;
}

/** Of what was sent within the view. A request that neither was answered nor timed out is undecided. */
export function countLosses(
  { packets: flow, asks }: ObservedTraffic,
  view: View = wholeView,
): Losses {
  let sent = 0;
  let lost = 0;
  for (const [n, leftNs] of flow.sentNs.entries()) {
    if (!isWithin(view, leftNs)) continue;
    const arrived = hasNumber(flow.arrived, n);
    const isLost = !arrived && (!asks || hasNumber(flow.timedOut, n));
    if (isLost) lost += 1;
    if (isLost || arrived) sent += 1;
  }
  return { sent, lost };
}

/** RFC 4737 3.3: a number below one that arrived before it; only the first arrival of each counts. */
export function countReordered(flow: FlowObservation, view: View = wholeView): number {
  let reordered = 0;
  let highest = 0;
  for (const [at, n] of flow.arrivedNumbers.entries()) {
    if (n < highest && isWithin(view, flow.arrivedNs[at]!)) reordered += 1;
    highest = Math.max(highest, n);
  }
  return reordered;
}

export function measureLoss(
  observations: Observations,
  traffic: ObservedTraffic,
  { window }: MeasureModel,
): Metric {
  const view = viewOf(observations, traffic, window, traffic.source);
  if (isMetric(view)) return view;
  const trouble = findStrangers(traffic);
  if (trouble !== undefined) return missing(trouble);
  const { sent, lost } = countLosses(traffic, view);
  if (sent > 0) return measured(lost / sent, 'plain');
  return missing(`${traffic.name} sent nothing${describeWindow(window)}`);
}

/** RFC 4737 4.1: reordered ÷ received, doubles left out of both. */
export function measureReordering(
  observations: Observations,
  traffic: ObservedTraffic,
  { window }: MeasureModel,
): Metric {
  return ratioOfArrivals(observations, traffic, window, (view) =>
    countReordered(traffic.packets, view),
  );
}

/** Surplus arrivals ÷ numbers that arrived. */
export function measureDuplication(
  observations: Observations,
  traffic: ObservedTraffic,
  { window }: MeasureModel,
): Metric {
  return ratioOfArrivals(
    observations,
    traffic,
    window,
    (view) => traffic.packets.doubledNs.filter((tNs) => isWithin(view, tNs)).length,
  );
}

function ratioOfArrivals(
  observations: Observations,
  traffic: ObservedTraffic,
  window: MeasureModel['window'],
  count: (view: View) => number,
): Metric {
  if (traffic.asks) return missing(askingIsOrderly(traffic.name));
  const view = viewOf(observations, traffic, window, traffic.receiver);
  if (isMetric(view)) return view;
  const trouble = findStrangers(traffic);
  if (trouble !== undefined) return missing(trouble);
  const arrived = traffic.packets.arrivedNs.filter((tNs) => isWithin(view, tNs)).length;
  if (arrived > 0) return measured(count(view) / arrived, 'plain');
  return missing(`nothing of ${traffic.name} arrived${describeWindow(window)}`);
}

export function askingIsOrderly(name: string): string {
  return `${name} is request-response: it waits for one answer at a time`;
}
