/** What the packets of a watched flow say, in the same columns as the records of Ropewalk's own traffic. */

import { addNumber } from '../../src/base/number-set.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Protocol } from '../schema/model.ts';
import type { WatchRecordKind, WatchRecords } from '../watch/records.ts';
import { type FlowObservation, noteFlowRecord } from './flow-observation.ts';
import type { ObservedTraffic } from './observe.ts';

export interface WatchedFacts {
  readonly protocol: Protocol;
  readonly from: string;
  readonly to: string;
  /** Arrivals that look like nothing that left. */
  strangers: number;
  isFragmented: boolean;
}

export function createWatchedFacts(protocol: Protocol, from: string, to: string): WatchedFacts {
  return { protocol, from, to, strangers: 0, isFragmented: false };
}

type Note<Kind extends WatchRecordKind> = (
  traffic: ObservedTraffic,
  facts: WatchedFacts,
  tNs: number,
  fields: WatchRecords[Kind],
) => void;

const notes: { readonly [Kind in WatchRecordKind]: Note<Kind> } = {
  'flow.opened': ({ flow }, _, tNs) => {
    flow.openedNs ??= tNs;
  },
  'packet.sent': ({ flow, packets }, _, tNs, { n }) => {
    noteFlowRecord(packets, { tNs, node: '', kind: 'datagram.sent', n });
    // Who sends no more is not waited for: a silence after the last packet is no gap.
    flow.endedNs = tNs;
  },
  'packet.received': noteReceived,
  'packet.acknowledged': ({ trips }, _, tNs, { rttNs }) => {
    trips.arrivedNs.push(tNs);
    trips.rttNs.push(rttNs);
  },
  'datagram.corrupt': ({ flow }) => {
    flow.corruptCount += 1;
  },
  'flow.fragmented': (_, facts) => {
    facts.isFragmented = true;
  },
};

export function noteWatchRecord(
  traffic: ObservedTraffic,
  facts: WatchedFacts,
  record: TraceRecord,
): void {
  if (!Object.hasOwn(notes, record.kind)) return;
  const note = notes[record.kind as WatchRecordKind] as Note<WatchRecordKind>;
  note(traffic, facts, record.tNs, record as never);
}

function noteReceived(
  { flow, packets }: ObservedTraffic,
  facts: WatchedFacts,
  tNs: number,
  { n, bytes, delivered }: WatchRecords['packet.received'],
): void {
  if (n === null) facts.strangers += 1;
  else noteFlowRecord(packets, { tNs, node: '', kind: 'datagram.received', n, bytes });
  if (facts.protocol === 'tcp') noteDelivery(flow, tNs, flow.arrivedNs.length + 1, delivered);
  else if (n === null || addNumber(flow.arrived, n))
    noteDelivery(flow, tNs, n ?? Number.NaN, bytes);
}

function noteDelivery(flow: FlowObservation, tNs: number, n: number, bytes: number): void {
  if (bytes === 0) return;
  flow.arrivedNumbers.push(n);
  flow.arrivedNs.push(tNs);
  flow.arrivedBytes.push(bytes);
}

/** Why nothing can be said of lost packets: those that arrive are other ones. */
export function findStrangers({ watched, packets }: ObservedTraffic): string | undefined {
  if (watched === undefined || watched.strangers === 0 || packets.arrived.size > 0)
    return undefined;
  return `packets change between ${watched.from} and ${watched.to}: none that arrived had left`;
}
