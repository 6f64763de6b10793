/** What a sample looked like while it ran: small enough to keep beside its records, and to draw. */

export const storyVersion = 1;

export interface SampleStory {
  readonly version: typeof storyVersion;
  /** When all traffic was ready. */
  readonly t0Ns: number;
  readonly endNs: number;
  readonly events: readonly StoryEvent[];
  readonly flows: readonly FlowStory[];
  /** Nodes that pass nothing on. */
  readonly ends: readonly string[];
  readonly links: readonly LinkStory[];
  readonly notes: readonly StoryNote[];
  readonly exchange: Exchange | undefined;
  readonly boxes: readonly BoxStory[];
  readonly lateness: readonly LatenessStory[];
}

export interface StoryEvent {
  readonly name: string;
  readonly fromNs: number;
  /** Undefined: it stood until the end. */
  readonly toNs: number | undefined;
}

/** Counted in steps of equal length from the run's start; the last may be cut off. */
export interface Series {
  readonly stepNs: number;
  readonly values: readonly number[];
}

export interface FlowStory {
  readonly flow: string;
  readonly from: string;
  readonly to: string;
  /** What the receiving application got, in bytes. */
  readonly arrivedBytes: Series;
  /** The longest silences between arrivals, longest first. */
  readonly gaps: readonly Span[];
}

export interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface LinkStory {
  readonly link: string;
  readonly toward: string;
  readonly deliveredBytes: Series;
  /** The most frames that were queued or on the wire at once. */
  readonly underWayFrames: Series;
  /** The most that waited for the link at once; runs of an older Ropewalk did not count them. */
  readonly queuedFrames?: Series;
  readonly droppedFrames: Series;
}

/** Something that happened once, or seldom. */
export interface StoryNote {
  readonly tNs: number;
  readonly node: string;
  readonly text: string;
}

/** The packets around the moment that matters. */
export interface Exchange {
  /** Why this moment. */
  readonly about: string;
  readonly momentNs: number;
  readonly lanes: readonly string[];
  readonly steps: readonly ExchangeStep[];
}

export type ExchangeStep =
  | {
      readonly kind: 'message';
      readonly text: string;
      readonly from: string;
      readonly to: string;
      /** Undefined: only its arrival was seen. */
      readonly sentNs: number | undefined;
      /** Undefined: it did not arrive. */
      readonly arrivedNs: number | undefined;
    }
  | { readonly kind: 'note'; readonly tNs: number; readonly node: string; readonly text: string }
  | { readonly kind: 'skipped'; readonly text: string };

/** What a probe found a NAT box to be. */
export interface BoxStory {
  readonly node: string;
  readonly program: string;
  readonly mapping: string;
  readonly filtering: string;
}

/** By how much the rig was late, in real time. */
export interface LatenessStory {
  readonly what: string;
  readonly p99Ns: number;
  readonly worstNs: number;
}
