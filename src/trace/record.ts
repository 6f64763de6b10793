/**
 * The one trace format: what a node says happened. Each room declares the kinds it writes and their
 * fields; this file knows the envelope only.
 *
 * Causes: on one node a record may name the span (`span`) it belongs to. Across nodes the message's
 * own identity is the cause (flow and sequence number), which measures join: no lab passes anything
 * beside the frames, and order is never proved by comparing two nodes' clocks.
 */
export type Field = string | number | boolean | null | readonly (string | number)[];

export interface TraceRecord {
  /** Nanoseconds since the run's start, on the clock of `node`. */
  readonly tNs: number;
  /** The node whose clock and knowledge this is; `lab` for what the lab itself did. */
  readonly node: string;
  /** `room.event`, in kebab case: `datagram.sent`, `link.dropped`, `nat.mapped`. */
  readonly kind: string;
  readonly [field: string]: Field;
}

/** Where a machine or a program says what happened; the driver adds the time and the node. */
export interface RecordSink {
  record(kind: string, fields: Readonly<Record<string, Field>>): void;
}

/** The node name of what the lab itself did: events, counters, the start of a run. */
export const labNode = 'lab';
