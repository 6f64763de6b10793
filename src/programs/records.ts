/** What the flow programs write, and measures and conditions read: kinds and their fields. */
import type { RecordSink } from '../trace/record.ts';

/** `flow` is the traffic's name in the scenario; `n` counts from 1; `bytes` are UDP payload. */
export type FlowRecords = {
  /** The opener, as its first packet leaves. */
  readonly 'flow.opened': { readonly flow: string };
  /** The source handed it to its node, whatever became of it there. */
  readonly 'datagram.sent': Numbered;
  /** At every arrival at the sink, doubles too. */
  readonly 'datagram.received': Numbered;
  /** Something arrived at a flow's port that its check sum or its form does not bear out. */
  readonly 'datagram.corrupt': { readonly flow: string };
  /** A sound datagram of another flow arrived here. */
  readonly 'datagram.stray': { readonly flow: string };
  /** The source (the requester), when the last one has left. */
  readonly 'flow.ended': { readonly flow: string; readonly sent: number };
  /** The sink (the responder), when nothing more is to come; `received` counts each number once. */
  readonly 'flow.complete': { readonly flow: string; readonly received: number };
  /** The source of a flow over TCP, once all arrived: payload acknowledged, and what of it was sent again. */
  readonly 'flow.carried': {
    readonly flow: string;
    readonly acknowledgedBytes: number;
    readonly retransmittedBytes: number;
  };
  readonly 'request.sent': Numbered;
  /** An answer in time; `rttNs` is on the requester's clock. */
  readonly 'response.received': Numbered & { readonly rttNs: number };
  readonly 'request.timed-out': { readonly flow: string; readonly n: number };
  /** An ICMP error's kind, or the outcome of a send that did not leave: `no-route`. */
  readonly 'path.error': { readonly flow: string; readonly error: string };
};

export type FlowRecordKind = keyof FlowRecords;

type Numbered = { readonly flow: string; readonly n: number; readonly bytes: number };

export function noteFlow<Kind extends FlowRecordKind>(
  records: RecordSink,
  kind: Kind,
  fields: FlowRecords[Kind],
): void {
  records.record(kind, fields);
}
