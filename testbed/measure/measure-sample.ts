/** From the records of one run to its metrics: docs/measures.md has the definitions. */
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { measureOneWayDelay, measureRtt } from './delay.ts';
import { measureDeliveryGap } from './delivery-gap.ts';
import { measureFirstDatagram } from './first-datagram.ts';
import { measureGoodput } from './goodput.ts';
import { measureDuplication, measureLoss, measureReordering } from './integrity.ts';
import { missing } from './metric.ts';
import { type MeasureContext, type Observations, observe } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { measureCount, measureSuccess } from './outcome.ts';
import { isPunchMeasure, measurePunch, type PunchMeasure } from './punch.ts';
import { measureReported } from './reported.ts';
import { measureTimeToRate } from './time-to-rate.ts';
import { trafficMetrics } from './traffic-metrics.ts';

/** Each measure by its name, beside the properties of each traffic (`download.lost`). */
export function measureSample(
  measures: readonly MeasureModel[],
  context: MeasureContext,
): Record<string, Metric> {
  const observations = observe(context);
  const metrics = trafficMetrics(observations);
  for (const measure of measures)
    Object.assign(metrics, measureOne(measure, context, observations));
  return metrics;
}

function measureOne(
  measure: MeasureModel,
  context: MeasureContext,
  observations: Observations,
): Record<string, Metric> {
  const { name, what, of } = measure;
  const traffic = observations.traffic.get(of);
  if (what === 'success') return { [name]: measureSuccess(observations, traffic, measure) };
  if (isPunchMeasure(what)) return { [name]: measurePunch(context, what, of) };
  if (what === 'first-datagram-after') return { [name]: measureFirstDatagram(context, measure) };
  if (what === 'reported') return { [name]: measureReported(context, measure) };
  if (what === 'count') return { [name]: measureCount(context, observations, traffic, measure) };
  if (traffic === undefined) return { [name]: missing(`${of} is no traffic: it has no ${what}`) };
  if (what !== 'delivery-gap')
    return { [name]: measureTraffic(what, observations, traffic, measure) };
  const { gap, before } = measureDeliveryGap(observations, traffic, measure);
  return before === undefined ? { [name]: gap } : { [name]: gap, [`${name}.before`]: before };
}

function measureTraffic(
  what: Exclude<
    MeasureModel['what'],
    PunchMeasure | 'first-datagram-after' | 'success' | 'count' | 'reported' | 'delivery-gap'
  >,
  observations: Observations,
  traffic: ObservedTraffic,
  measure: MeasureModel,
): Metric {
  switch (what) {
    case 'rtt':
      return measureRtt(observations, traffic, measure);
    case 'one-way-delay':
      return measureOneWayDelay(observations, traffic, measure);
    case 'loss':
      return measureLoss(observations, traffic, measure);
    case 'reordering':
      return measureReordering(observations, traffic, measure);
    case 'duplication':
      return measureDuplication(observations, traffic, measure);
    case 'time-to-rate':
      return measureTimeToRate(observations, traffic, measure);
    case 'goodput':
      return measureGoodput(observations, traffic, measure);
  }
}
