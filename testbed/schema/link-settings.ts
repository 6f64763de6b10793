/** What a link does to frames in one direction, resolved: plain numbers, units in the names. */
export interface DirectionSettings {
  /** Ethernet frame bits a second; Infinity is unlimited. */
  readonly rateBps: number;
  readonly delayNs: number;
  /** Evenly between delay - jitter and delay + jitter, not below 0; order is kept. */
  readonly jitterNs: number;
  readonly loss: LossSettings;
  readonly duplicateRatio: number;
  /** A frame whose payload has one bit turned. */
  readonly corruptRatio: number;
  readonly reorder: ReorderSettings;
  readonly queue: QueueSettings;
  readonly trace: TraceSettings | undefined;
  /** The largest IP packet that fits. */
  readonly mtuBytes: number;
  readonly up: boolean;
}

export type LossSettings =
  | { readonly model: 'none' }
  | { readonly model: 'independent'; readonly ratio: number }
  | {
      readonly model: 'gilbert-elliott';
      readonly goodToBadRatio: number;
      readonly badToGoodRatio: number;
      readonly lossInGoodRatio: number;
      readonly lossInBadRatio: number;
    }
  /** Exactly these frames, the first one on this direction being number 1. */
  | { readonly model: 'list'; readonly frames: readonly number[] };

/** One in 1 / `ratio` frames arrives `holdNs` after it was due, and those behind it may overtake. */
export interface ReorderSettings {
  readonly ratio: number;
  readonly holdNs: number;
}

export interface QueueSettings {
  /** What may wait, the frame on the wire not counted. One of the two is Infinity. */
  readonly limitFrames: number;
  readonly limitBytes: number;
  readonly discipline:
    | { readonly kind: 'drop-tail' }
    | { readonly kind: 'codel'; readonly targetNs: number; readonly intervalNs: number };
}

export type TraceSettings =
  /** Each entry is a moment at which 1 500 bytes of IP may leave; the last one is also the period. */
  | {
      readonly kind: 'mahimahi';
      readonly opportunitiesNs: readonly number[];
      readonly loop: boolean;
      readonly offsetNs: number;
    }
  /** From each step's time on, its values hold. */
  | {
      readonly kind: 'steps';
      readonly steps: readonly TraceStep[];
      readonly periodNs: number;
      readonly loop: boolean;
      readonly offsetNs: number;
    };

/** A value that a step leaves undefined is the link's own. */
export interface TraceStep {
  readonly timeNs: number;
  /** Instead of the link's. */
  readonly rateBps: number | undefined;
  /** Instead of the link's. */
  readonly delayNs: number | undefined;
  /** Beside the link's own losses: a frame is lost if either says so. */
  readonly lossRatio: number | undefined;
}
