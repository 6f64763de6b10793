/** How long things took: round trips of requests, one way of datagrams. */
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { measured, missing } from './metric.ts';
import { findClockTrouble, type Observations } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { pickOf } from './pick.ts';
import { findStrangers } from './watch-observation.ts';
import { describeWindow, isMetric, isWithin, viewOf } from './window.ts';

/** From a request to its answer in time, on the requester's clock. */
export function measureRtt(
  observations: Observations,
  traffic: ObservedTraffic,
  measure: MeasureModel,
): Metric {
  if (!traffic.asks && traffic.watched === undefined) {
    return missing(`${traffic.name} is a stream: only request-response has round trips`);
  }
  const view = viewOf(observations, traffic, measure.window, traffic.source);
  if (isMetric(view)) return view;
  const { arrivedNs, rttNs } = traffic.trips;
  const values = rttNs.filter((rtt, at) => isWithin(view, arrivedNs[at]! - rtt));
  if (values.length > 0) return measured(pickOf(values, measure.pick), 'time');
  const asked = traffic.asks ? 'answer came to a request' : 'segment was acknowledged in time';
  return missing(`no ${asked}${describeWindow(measure.window)}`);
}

/** From the sending of a datagram to the first arrival of its number: two clocks, which must agree. */
export function measureOneWayDelay(
  observations: Observations,
  traffic: ObservedTraffic,
  measure: MeasureModel,
): Metric {
  if (traffic.asks) {
    return missing(`${traffic.name} is request-response: one-way delays are those of a stream`);
  }
  const trouble = findClockTrouble(observations, traffic.source, traffic.receiver);
  if (trouble !== undefined) return missing(trouble);
  const view = viewOf(observations, traffic, measure.window, traffic.source);
  if (isMetric(view)) return view;
  const strangers = findStrangers(traffic);
  if (strangers !== undefined) return missing(strangers);
  const { arrivedNumbers, arrivedNs, sentNs } = traffic.packets;
  const values: number[] = [];
  for (const [at, n] of arrivedNumbers.entries()) {
    const leftNs = sentNs[n] ?? Number.NaN;
    if (isWithin(view, leftNs)) values.push(arrivedNs[at]! - leftNs);
  }
  if (values.length > 0) return measured(pickOf(values, measure.pick), 'time');
  return missing(`no datagram arrived of those sent${describeWindow(measure.window)}`);
}
