/** The part of a traffic's life that a measure looks at. */
import { formatDuration } from '../../src/base/units.ts';
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { missing } from './metric.ts';
import { findClockTrouble, type Observations, whyUnseen } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';

/** From the first to just before the second, on the clock of the node that was asked for. */
export interface View {
  readonly fromNs: number;
  readonly toNs: number;
}

export const wholeView: View = {
  fromNs: Number.NEGATIVE_INFINITY,
  toNs: Number.POSITIVE_INFINITY,
};

/** `clock`: the node whose times are looked at. A window counts from the opening, on the opener's. */
export function viewOf(
  observations: Observations,
  traffic: ObservedTraffic,
  window: MeasureModel['window'],
  clock: string,
): View | Metric {
  const unseen = whyUnseen(traffic);
  if (unseen !== undefined) return missing(unseen);
  const openedNs = traffic.flow.openedNs!;
  if (window === undefined) return wholeView;
  const trouble = findClockTrouble(observations, traffic.opener, clock);
  if (trouble !== undefined) return missing(trouble);
  return { fromNs: openedNs + window.fromNs, toNs: openedNs + window.toNs };
}

export function isMetric(x: View | Metric): x is Metric {
  return 'kind' in x;
}

export function isWithin({ fromNs, toNs }: View, tNs: number): boolean {
  return tNs >= fromNs && tNs < toNs;
}

/** ` between 5 s and 25 s`, for reasons; nothing where all is looked at. */
export function describeWindow(window: MeasureModel['window']): string {
  if (window === undefined) return '';
  return ` between ${formatDuration(window.fromNs)} and ${formatDuration(window.toNs)}`;
}
