/** What the records say of one flow, in columns: a run has hundreds of thousands of them. */
import { addNumber, createNumberSet, type NumberSet } from '../../src/base/number-set.ts';
import type { FlowRecordKind, FlowRecords } from '../../src/programs/records.ts';
import type { TraceRecord } from '../../src/trace/record.ts';

/** Datagrams of a stream; requests, and their answers as arrivals, of request-response. */
export interface FlowObservation {
  /** On the opener's clock; its first opening. */
  openedNs: number | undefined;
  /** By number, on the source's clock; NaN: not sent. The first time, should it be sent again. */
  readonly sentNs: number[];
  sentCount: number;
  /** The first arrival of each number, in the order of arrival, on the receiver's clock. */
  readonly arrivedNumbers: number[];
  readonly arrivedNs: number[];
  readonly arrivedBytes: number[];
  /** Of answers; of datagrams there is none. */
  readonly rttNs: number[];
  readonly arrived: NumberSet;
  /** When numbers arrived that had arrived before. */
  readonly doubledNs: number[];
  readonly timedOut: NumberSet;
  corruptCount: number;
  /** When the source had sent its last. */
  endedNs: number | undefined;
  /** The receiver believes that nothing more is to come. */
  isComplete: boolean;
  /** What its TCP sent again; undefined: no TCP said. */
  retransmittedBytes: number | undefined;
}

export function createFlowObservation(): FlowObservation {
  return {
    openedNs: undefined,
    sentNs: [],
    sentCount: 0,
    arrivedNumbers: [],
    arrivedNs: [],
    arrivedBytes: [],
    rttNs: [],
    arrived: createNumberSet(),
    doubledNs: [],
    timedOut: createNumberSet(),
    corruptCount: 0,
    endedNs: undefined,
    isComplete: false,
    retransmittedBytes: undefined,
  };
}

type Note<Kind extends FlowRecordKind> = (
  flow: FlowObservation,
  tNs: number,
  fields: FlowRecords[Kind],
) => void;

const notes: { readonly [Kind in FlowRecordKind]?: Note<Kind> } = {
  'flow.opened': (flow, tNs) => {
    flow.openedNs ??= tNs;
  },
  'datagram.sent': noteSent,
  'request.sent': noteSent,
  'datagram.received': noteArrival,
  'response.received': (flow, tNs, fields) => {
    if (noteArrival(flow, tNs, fields)) flow.rttNs.push(fields.rttNs);
  },
  'request.timed-out': (flow, _, { n }) => {
    addNumber(flow.timedOut, n);
  },
  'datagram.corrupt': (flow) => {
    flow.corruptCount += 1;
  },
  'flow.ended': (flow, tNs) => {
    flow.endedNs = tNs;
  },
  'flow.carried': (flow, _, { retransmittedBytes }) => {
    flow.retransmittedBytes = retransmittedBytes;
  },
  'flow.complete': (flow) => {
    flow.isComplete = true;
  },
};

/** Whether the record says something of a flow that is kept here. */
export function isFlowRecord(record: TraceRecord): boolean {
  return Object.hasOwn(notes, record.kind);
}

export function noteFlowRecord(flow: FlowObservation, record: TraceRecord): void {
  const note = notes[record.kind as FlowRecordKind] as Note<FlowRecordKind>;
  note(flow, record.tNs, record as never);
}

interface Numbered {
  readonly n: number;
  readonly bytes: number;
}

export function noteSent(flow: FlowObservation, tNs: number, { n }: Pick<Numbered, 'n'>): void {
  const { sentNs } = flow;
  while (sentNs.length < n) sentNs.push(Number.NaN);
  if (sentNs[n] !== undefined && !Number.isNaN(sentNs[n])) return;
  sentNs[n] = tNs;
  flow.sentCount += 1;
}

/** False: the number had arrived before. */
export function noteArrival(flow: FlowObservation, tNs: number, { n, bytes }: Numbered): boolean {
  if (!addNumber(flow.arrived, n)) {
    flow.doubledNs.push(tNs);
    return false;
  }
  flow.arrivedNumbers.push(n);
  flow.arrivedNs.push(tNs);
  flow.arrivedBytes.push(bytes);
  return true;
}
