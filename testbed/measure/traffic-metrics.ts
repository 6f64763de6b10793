/** The properties of a traffic that expressions may name without a measure: `download.lost`. */
import type { Metric } from '../schema/result.ts';
import { countBytes, measureDuration, measureGoodput } from './goodput.ts';
import { askingIsOrderly, countLosses, countReordered } from './integrity.ts';
import { measured, missing } from './metric.ts';
import { type Observations, whyUnseen } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { findStrangers } from './watch-observation.ts';

export const trafficProperties = [
  'sent',
  'received',
  'lost',
  'doubled',
  'reordered',
  'corrupt',
  'bytes',
  'retransmitted',
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
  const { flow, packets, asks, name } = traffic;
  const unseen = whyUnseen(traffic);
  if (unseen !== undefined) return absent(unseen);
  const received = packets.arrivedNumbers.length;
  const trouble = findStrangers(traffic);
  const strangers = trouble === undefined ? undefined : missing(trouble);
  const orderly = missing(askingIsOrderly(name));
  const silent = missing(`${name} is a stream: it asks nothing`);
  return {
    sent: measured(packets.sentCount, 'plain'),
    received: measured(received, 'plain'),
    lost: strangers ?? measured(countLosses(traffic).lost, 'plain'),
    doubled: asks ? orderly : (strangers ?? measured(packets.doubledNs.length, 'plain')),
    reordered: asks ? orderly : (strangers ?? measured(countReordered(packets), 'plain')),
    corrupt: measured(flow.corruptCount, 'plain'),
    bytes: measured(countBytes(flow), 'size'),
    retransmitted: measureRetransmitted(traffic),
    duration: measureDuration(observations, traffic),
    goodput: measureGoodput(observations, traffic, { window: undefined }),
    answered: asks ? measured(received, 'plain') : silent,
    'timed-out': asks ? measured(flow.timedOut.size, 'plain') : silent,
  };
}

function measureRetransmitted({ name, flow }: ObservedTraffic): Metric {
  const { retransmittedBytes } = flow;
  if (retransmittedBytes !== undefined) return measured(retransmittedBytes, 'size');
  return missing(`no TCP of Ropewalk's programs said that it had carried ${name}`);
}

/** Nothing was lost of what never began: that must not pass for a success. */
function absent(reason: string): Record<TrafficProperty, Metric> {
  const metric = missing(reason);
  const entries = trafficProperties.map((property) => [property, metric] as const);
  return Object.fromEntries(entries) as Record<TrafficProperty, Metric>;
}
