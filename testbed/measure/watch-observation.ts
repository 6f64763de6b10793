/** What the packets of a watched flow say, in the same columns as the records of Ropewalk's own traffic. */

import { addNumber } from '../../src/base/number-set.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Protocol } from '../schema/model.ts';
import type { PacketNotes, WatchNoteKind, WatchRecords } from '../watch/records.ts';
import { type FlowObservation, noteArrival, noteSent } from './flow-observation.ts';
import type { ObservedTraffic, WatchedFacts } from './observed-traffic.ts';

export function createWatchedFacts(protocol: Protocol, from: string, to: string): WatchedFacts {
  return { protocol, from, to, strangers: 0, isFragmented: false };
}

type Note<Kind extends WatchNoteKind> = (
  traffic: ObservedTraffic,
  facts: WatchedFacts,
  tNs: number,
  fields: WatchRecords[Kind],
) => void;

const notes: { readonly [Kind in WatchNoteKind]: Note<Kind> } = {
  'flow.opened': ({ flow }, _, tNs) => {
    flow.openedNs ??= tNs;
  },
  'packets.sent': ({ flow, packets }, _, __, { atNs, n }) => {
    for (const [at, tNs] of atNs.entries()) noteSent(packets, tNs, { n: n[at]! });
    // Who sends no more is not waited for: a silence after the last packet is no gap.
    flow.endedNs = atNs.at(-1);
  },
  'packets.received': (traffic, facts, _, { atNs, n, bytes, delivered }) => {
    for (const [at, tNs] of atNs.entries()) {
      notePacket(traffic, facts, tNs, { n: n[at]!, bytes: bytes[at]!, delivered: delivered[at]! });
    }
  },
  'packets.acknowledged': ({ trips }, _, __, { atNs, rttNs }) => {
    for (const tNs of atNs) trips.arrivedNs.push(tNs);
    for (const trip of rttNs) trips.rttNs.push(trip);
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
  const note = notes[record.kind as WatchNoteKind] as Note<WatchNoteKind>;
  note(traffic, facts, record.tNs, record as never);
}

function notePacket(
  { flow, packets }: ObservedTraffic,
  facts: WatchedFacts,
  tNs: number,
  { n, bytes, delivered }: Omit<PacketNotes['packets.received'], 'flow'>,
): void {
  if (n === 0) facts.strangers += 1;
  else noteArrival(packets, tNs, { n, bytes });
  if (facts.protocol === 'tcp') noteDelivery(flow, tNs, flow.arrivedNs.length + 1, delivered);
  else if (n === 0) noteDelivery(flow, tNs, Number.NaN, bytes);
  else if (addNumber(flow.arrived, n)) noteDelivery(flow, tNs, n, bytes);
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
