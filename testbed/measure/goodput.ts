/** Delivered payload, each number once, over time. */
import { nsPerSecond } from '../../src/base/time.ts';
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import type { FlowObservation } from './flow-observation.ts';
import { measured, missing } from './metric.ts';
import { findClockTrouble, type Observations, whyUnseen } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { isMetric, isWithin, type View, viewOf, wholeView } from './window.ts';

export function countBytes(flow: FlowObservation, view: View = wholeView): number {
  let bytes = 0;
  for (const [at, size] of flow.arrivedBytes.entries()) {
    if (isWithin(view, flow.arrivedNs[at]!)) bytes += size;
  }
  return bytes;
}

/** From the opening to the last delivery, a late one or an overtaken one included. */
export function measureDuration(observations: Observations, traffic: ObservedTraffic): Metric {
  const unseen = whyUnseen(traffic);
  if (unseen !== undefined) return missing(unseen);
  const { openedNs, arrivedNs } = traffic.flow;
  const trouble = findClockTrouble(observations, traffic.opener, traffic.receiver);
  if (trouble !== undefined) return missing(trouble);
  const lastNs = arrivedNs.at(-1);
  if (lastNs === undefined) return missing('no delivery before the end');
  return measured(lastNs - openedNs!, 'time');
}

export function measureGoodput(
  observations: Observations,
  traffic: ObservedTraffic,
  { window }: Pick<MeasureModel, 'window'>,
): Metric {
  if (window === undefined) return overDuration(observations, traffic);
  const view = viewOf(observations, traffic, window, traffic.receiver);
  if (isMetric(view)) return view;
  return rateOf(countBytes(traffic.flow, view), window.toNs - window.fromNs);
}

function overDuration(observations: Observations, traffic: ObservedTraffic): Metric {
  const duration = measureDuration(observations, traffic);
  if (duration.kind === 'missing') return duration;
  return rateOf(countBytes(traffic.flow), duration.value);
}

function rateOf(bytes: number, durationNs: number): Metric {
  if (durationNs <= 0) return missing('it took no time, so that it has no rate');
  return measured((bytes * 8 * nsPerSecond) / durationNs, 'rate');
}
