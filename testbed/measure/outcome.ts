/** Whether something was done, and how often something happened. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { MeasureModel } from '../schema/model.ts';
import type { Metric } from '../schema/result.ts';
import { countLosses } from './integrity.ts';
import { measured } from './metric.ts';
import type { MeasureContext, Observations } from './observe.ts';
import type { ObservedTraffic } from './observed-traffic.ts';
import { isMetric, isWithin, type View, viewOf, wholeView } from './window.ts';

/** 1 or 0. A program succeeded when it finished; a traffic, when all it sent was delivered as well. */
export function measureSuccess(
  { finished }: Observations,
  traffic: ObservedTraffic | undefined,
  { of }: MeasureModel,
): Metric {
  const succeeded = traffic === undefined ? finished.has(of) : isDelivered(traffic, finished);
  return measured(succeeded ? 1 : 0, 'plain');
}

function isDelivered(traffic: ObservedTraffic, finished: ReadonlySet<string>): boolean {
  const { name, asks, flow } = traffic;
  const isOver = asks ? finished.has(`${name}/requester`) : flow.isComplete;
  return isOver && flow.endedNs !== undefined && countLosses(traffic).lost === 0;
}

/**
 * Records of the kind, with the fields that are asked for. Of a traffic: not those of another one.
 * Of a program: its own.
 */
export function measureCount(
  context: MeasureContext,
  observations: Observations,
  traffic: ObservedTraffic | undefined,
  measure: MeasureModel,
): Metric {
  const view = countView(context, observations, traffic, measure);
  if (isMetric(view)) return view;
  const isOurs = ownership(context, traffic, measure.of);
  let count = 0;
  for (const record of context.records) {
    if (isWanted(record, measure) && isOurs(record) && isWithin(view, record.tNs)) count += 1;
  }
  return measured(count, 'plain');
}

/** Whose a record is: a traffic's, a program's, a node's; or of which link it speaks. */
function ownership(
  { plan }: MeasureContext,
  traffic: ObservedTraffic | undefined,
  of: string,
): (record: TraceRecord) => boolean {
  if (traffic !== undefined) return (record) => (record['flow'] ?? traffic.name) === traffic.name;
  if (plan.programs.some(({ id }) => id === of)) {
    return (record) => record['program'] === of || record['id'] === of;
  }
  if (plan.nodes.some(({ name }) => name === of)) return (record) => record.node === of;
  return (record) => record['link'] === of;
}

/** A program's window counts from when all traffic was ready. */
function countView(
  { t0Ns }: MeasureContext,
  observations: Observations,
  traffic: ObservedTraffic | undefined,
  { window }: MeasureModel,
): View | Metric {
  if (window === undefined) return wholeView;
  if (traffic !== undefined) return viewOf(observations, traffic, window, traffic.opener);
  return { fromNs: t0Ns + window.fromNs, toNs: t0Ns + window.toNs };
}

function isWanted(record: TraceRecord, { kind, where }: MeasureModel): boolean {
  if (kind !== undefined && record.kind !== kind) return false;
  for (const field in where) if (record[field] !== where[field]) return false;
  return true;
}
