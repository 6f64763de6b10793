/**
 * Which subflow carries what. A subflow that can send asks for the next bytes; the scheduler says whether
 * it gets them or leaves them to another.
 */

export const schedulerKinds = ['lowest-rtt', 'earliest-delivery', 'redundant'] as const;
export type SchedulerKind = (typeof schedulerKinds)[number];

/** What is known of a path that may carry data. */
export interface PathView {
  readonly number: number;
  /** 0: no sample yet. */
  readonly srttNs: number;
  readonly cwndBytes: number;
  readonly inflightBytes: number;
  /** A segment may leave now. */
  readonly hasRoom: boolean;
}

export interface Scheduler {
  /** Whether the path that asks gets the next of `waitingBytes`, the others being what they are. */
  takes(asking: PathView, others: readonly PathView[], waitingBytes: number): boolean;
  /** All that one path gets goes on every other as well. */
  readonly copies: boolean;
}
