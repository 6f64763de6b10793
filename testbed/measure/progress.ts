/** Live counters of each traffic, for the conditions of events: `download.bytes >= 8 MiB`. */
import { addNumber, createNumberSet, type NumberSet } from '../../src/base/number-set.ts';
import type { FlowRecordKind } from '../../src/programs/records.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import type { WatchNoteKind, WatchRecords } from '../watch/records.ts';

export const progressNames = ['bytes', 'received', 'sent', 'answered'] as const;
type ProgressName = (typeof progressNames)[number];

export type Progress = Map<string, FlowProgress>;

/** The same figures as the traffic's metrics at the end: each number counts once. */
interface FlowProgress {
  readonly counts: Record<ProgressName, number>;
  readonly sent: NumberSet;
  readonly arrived: NumberSet;
}

export function createProgress(): Progress {
  return new Map();
}

export function noteRecord(progress: Progress, record: TraceRecord): void {
  switch (record.kind as FlowRecordKind | WatchNoteKind) {
    case 'datagram.sent':
    case 'request.sent': {
      const flow = flowOf(progress, record);
      if (addNumber(flow.sent, record['n'] as number)) flow.counts.sent += 1;
      return;
    }
    case 'datagram.received':
      noteDelivery(flowOf(progress, record), record);
      return;
    case 'response.received': {
      const flow = flowOf(progress, record);
      if (noteDelivery(flow, record)) flow.counts.answered += 1;
      return;
    }
    case 'packets.sent':
      flowOf(progress, record).counts.sent += (record['n'] as readonly number[]).length;
      return;
    case 'packets.received':
      notePackets(flowOf(progress, record), record as never);
      return;
    default:
  }
}

/** By `traffic.name`. A traffic that nothing is known of stands at 0; undefined: no such name. */
export function readProgress(progress: Progress, name: string): number | undefined {
  const dot = name.lastIndexOf('.');
  const property = progressNames.find((known) => known === name.slice(dot + 1));
  if (dot < 1 || property === undefined) return undefined;
  return progress.get(name.slice(0, dot))?.counts[property] ?? 0;
}

function noteDelivery(flow: FlowProgress, record: TraceRecord): boolean {
  const isNew = addNumber(flow.arrived, record['n'] as number);
  if (!isNew) return false;
  flow.counts.received += 1;
  flow.counts.bytes += record['bytes'] as number;
  return true;
}

function notePackets(flow: FlowProgress, fields: WatchRecords['packets.received']): void {
  for (const bytes of fields.delivered) flow.counts.bytes += bytes;
  for (const n of fields.n) if (n === 0 || addNumber(flow.arrived, n)) flow.counts.received += 1;
}

function flowOf(progress: Progress, record: TraceRecord): FlowProgress {
  const name = record['flow'] as string;
  const known = progress.get(name);
  if (known) return known;
  const counts = { bytes: 0, received: 0, sent: 0, answered: 0 };
  const flow = { counts, sent: createNumberSet(), arrived: createNumberSet() };
  progress.set(name, flow);
  return flow;
}
