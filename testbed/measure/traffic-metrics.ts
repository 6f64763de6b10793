/** The properties of a traffic that expressions may name without a measure: `download.lost`. */
import type { Metric } from '../schema/result.ts';
import { countBytes, measureDuration, measureGoodput } from './goodput.ts';
import { askingIsOrderly, countLosses, countReordered } from './integrity.ts';
import { measured, missing } from './metric.ts';
import type { Observations, ObservedTraffic } from './observe.ts';

export const trafficProperties = [
  'sent',
  'received',
  'lost',
  'doubled',
  'reordered',
  'corrupt',
  'bytes',
  'duration',
  'goodput',
  'answered',
  'timed-out',
] as const;
type TrafficProperty = (typeof trafficProperties)[number];

/** By `traffic.property`. */
export function trafficMetrics(observations: Observations): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  for (const traffic of observations.traffic.values()) {
    const properties = propertiesOf(observations, traffic);
    for (const property of trafficProperties) {
      metrics[`${traffic.name}.${property}`] = properties[property];
    }
  }
  return metrics;
}

function propertiesOf(
  observations: Observations,
  traffic: ObservedTraffic,
): Record<TrafficProperty, Metric> {
  const { flow, asks, name } = traffic;
  if (flow.openedNs === undefined) return unopened(name);
  const received = flow.arrivedNumbers.length;
  const orderly = missing(askingIsOrderly(name));
  const silent = missing(`${name} is a stream: it asks nothing`);
  return {
    sent: measured(flow.sentCount, 'plain'),
    received: measured(received, 'plain'),
    lost: measured(countLosses(traffic).lost, 'plain'),
    doubled: asks ? orderly : measured(flow.doubledNs.length, 'plain'),
    reordered: asks ? orderly : measured(countReordered(flow), 'plain'),
    corrupt: measured(flow.corruptCount, 'plain'),
    bytes: measured(countBytes(flow), 'size'),
    duration: measureDuration(observations, traffic),
    goodput: measureGoodput(observations, traffic, { window: undefined }),
    answered: asks ? measured(received, 'plain') : silent,
    'timed-out': asks ? measured(flow.timedOut.size, 'plain') : silent,
  };
}

/** Nothing was lost of what never began: that must not pass for a success. */
function unopened(name: string): Record<TrafficProperty, Metric> {
  const metric = missing(`${name} was never opened`);
  const entries = trafficProperties.map((property) => [property, metric] as const);
  return Object.fromEntries(entries) as Record<TrafficProperty, Metric>;
}
