/**
 * A mahimahi trace: which moment at which bytes may leave comes next. The list is repeated with its
 * last entry as the period, as mahimahi does: that entry and an entry of 0 in the next cycle coincide.
 */
import { never } from '../../src/base/time.ts';
import type { TraceSettings } from '../schema/link-settings.ts';
import type { LinkDirection } from './link-state.ts';

export type OpportunityTrace = Extract<TraceSettings, { kind: 'mahimahi' }>;

/** What mahimahi lets out at once: the IP packets of one or several frames, or a part of one. */
export const opportunityBits = 1_500 * 8;

/** The first opportunity after `nowNs`: one at that very time is over for who comes now. */
export function seekOpportunity(link: LinkDirection, trace: OpportunityTrace, nowNs: number): void {
  const periodNs = trace.opportunitiesNs.at(-1)!;
  const sinceStartNs = nowNs + trace.offsetNs;
  const cycle = trace.loop ? Math.floor(sinceStartNs / periodNs) : 0;
  link.cycleStartNs = cycle * periodNs - trace.offsetNs;
  link.opportunity = firstAfter(trace.opportunitiesNs, sinceStartNs - cycle * periodNs);
  setService(link, trace);
}

export function nextOpportunity(link: LinkDirection, trace: OpportunityTrace): void {
  link.opportunity++;
  if (trace.loop && link.opportunity === trace.opportunitiesNs.length) {
    link.opportunity = 0;
    link.cycleStartNs += trace.opportunitiesNs.at(-1)!;
  }
  setService(link, trace);
}

function setService(link: LinkDirection, trace: OpportunityTrace): void {
  const offsetNs = trace.opportunitiesNs[link.opportunity];
  link.serviceNs = offsetNs === undefined ? never : link.cycleStartNs + offsetNs;
}

function firstAfter(sortedNs: readonly number[], placeNs: number): number {
  let low = 0;
  let high = sortedNs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sortedNs[middle]! > placeNs) high = middle;
    else low = middle + 1;
  }
  return low;
}
