/** What one direction of a link holds, and what all its parts share: chance and dropped frames. */
import type { Frame, FramePool } from '../../src/base/frame.ts';
import { type Random, seedRandom } from '../../src/base/random.ts';
import { never } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import type { FrameLine } from './link-line.ts';
import { type LinkSlab, linkNumber, takeRow } from './link-slab.ts';

export const ethernetHeaderBytes = 14;

/** Why a frame did not arrive; each reason has its counter. */
export type DropReason = 'lost' | 'overflowed' | 'codel' | 'oversized' | 'down';

/** offered + duplicated = delivered + lost + overflowed + codel + oversized + down + inside. */
export interface LinkCounters {
  offeredFrames: number;
  offeredBytes: number;
  deliveredFrames: number;
  deliveredBytes: number;
  /** Copies made on the wire. */
  duplicatedFrames: number;
  corruptedFrames: number;
  /** Held back, so that others may overtake. */
  reorderedFrames: number;
  lostFrames: number;
  /** Found the queue full, or stood in the part of it that was cut off. */
  overflowedFrames: number;
  codelFrames: number;
  oversizedFrames: number;
  downFrames: number;
  highestQueueFrames: number;
  highestQueueBytes: number;
}

/** The names lead to this direction: each kind of chance draws from a stream of its own below them. */
export interface LinkSeed {
  readonly seed: number;
  readonly names: readonly string[];
}

export type Chance = 'loss' | 'trace-loss' | 'duplicate' | 'corrupt' | 'jitter' | 'reorder';

/** RFC 8289 5.2; `never` stands for its first_above_time_ of 0. */
export interface CodelState {
  firstAboveNs: number;
  dropNextNs: number;
  count: number;
  lastCount: number;
  dropping: boolean;
  okToDrop: boolean;
}

export class LinkDirection {
  // What every frame touches stands together in memory, and first.
  /** As they are now; only `changeLink` changes them. */
  settings: DirectionSettings;
  readonly numbers: Float64Array;
  /** Where this direction's numbers begin: `link-slab.ts` says which is where. */
  readonly row: number;
  /** On the transmitter. */
  current: Frame | undefined = undefined;
  /** Under way in order, with the time at which each is due; undefined until one is not alone. */
  wire: FrameLine | undefined = undefined;
  /** Under way and held back; undefined until the first one is. */
  held: FrameLine | undefined = undefined;
  /** A frame may be dropped when the transmitter acts, which the sink should hear at that time. */
  wakesAtService = false;
  /** Frames that need not wait take the short way. */
  isPlain = false;
  hasUntold = false;
  readonly pool: FramePool;
  /** Waiting, with the time of arrival in the queue; undefined until the first one does. */
  queue: FrameLine | undefined = undefined;
  readonly seed: LinkSeed;
  readonly streams: Partial<Record<Chance, Random>> = {};
  /** Mahimahi: which opportunity `serviceNs` is; its cycle began at `cycleStartNs`. */
  opportunity = 0;
  codel: CodelState = createCodel();
  /** Gilbert-Elliott: kept while another loss model is in force. */
  inBad = false;
  listedLosses: ReadonlySet<number> | undefined = undefined;
  /** Dropped and not yet told: the sink is called only when the state is whole. */
  readonly untoldFrames: Frame[] = [];
  readonly untoldReasons: DropReason[] = [];
  /** How many of these the sink has heard of in the round that is going on. */
  toldCount = 0;

  constructor(settings: DirectionSettings, seed: LinkSeed, pool: FramePool, slab: LinkSlab) {
    this.settings = settings;
    this.row = takeRow(slab);
    this.numbers = slab.numbers;
    this.pool = pool;
    this.seed = seed;
    this.deadlineNs = never;
    this.serviceNs = never;
    this.wireDueNs = never;
  }

  /** When `advanceLink` must be called next; `never` while nothing is under way. */
  get deadlineNs(): number {
    return this.numbers[this.row + linkNumber.deadlineNs]!;
  }

  set deadlineNs(timeNs: number) {
    this.numbers[this.row + linkNumber.deadlineNs] = timeNs;
  }

  /** When the transmitter does something next: ends `current`, or meets an opportunity of its trace. */
  get serviceNs(): number {
    return this.numbers[this.row + linkNumber.serviceNs]!;
  }

  set serviceNs(timeNs: number) {
    this.numbers[this.row + linkNumber.serviceNs] = timeNs;
  }

  /** Of `current`, at `sinceNs`. */
  get remainingBits(): number {
    return this.numbers[this.row + linkNumber.remainingBits]!;
  }

  set remainingBits(bits: number) {
    this.numbers[this.row + linkNumber.remainingBits] = bits;
  }

  get sinceNs(): number {
    return this.numbers[this.row + linkNumber.sinceNs]!;
  }

  set sinceNs(timeNs: number) {
    this.numbers[this.row + linkNumber.sinceNs] = timeNs;
  }

  /** What rounding up has cost the frames sent back to back so far, in bits times nanoseconds. */
  get creditBitNs(): number {
    return this.numbers[this.row + linkNumber.creditBitNs]!;
  }

  set creditBitNs(bitNs: number) {
    this.numbers[this.row + linkNumber.creditBitNs] = bitNs;
  }

  /** Of the last frame that entered the wire: no later one is due before it. */
  get lastDueNs(): number {
    return this.numbers[this.row + linkNumber.lastDueNs]!;
  }

  set lastDueNs(timeNs: number) {
    this.numbers[this.row + linkNumber.lastDueNs] = timeNs;
  }

  /** When the first frame on the wire is due; `never` where there is none. */
  get wireDueNs(): number {
    return this.numbers[this.row + linkNumber.wireDueNs]!;
  }

  set wireDueNs(timeNs: number) {
    this.numbers[this.row + linkNumber.wireDueNs] = timeNs;
  }

  get cycleStartNs(): number {
    return this.numbers[this.row + linkNumber.cycleStartNs]!;
  }

  set cycleStartNs(timeNs: number) {
    this.numbers[this.row + linkNumber.cycleStartNs] = timeNs;
  }

  /** As they are at this moment. */
  get counters(): LinkCounters {
    return readCounters(this);
  }
}

export function createCodel(): CodelState {
  return {
    firstAboveNs: never,
    dropNextNs: 0,
    count: 0,
    lastCount: 0,
    dropping: false,
    okToDrop: false,
  };
}

/** A stream is made at its first draw: most links need few, and names make the order irrelevant. */
export function chanceOf(link: LinkDirection, kind: Chance): Random {
  link.streams[kind] ??= seedRandom(link.seed.seed, ...link.seed.names, kind);
  return link.streams[kind];
}

export function isEmpty(line: FrameLine | undefined): boolean {
  return line === undefined || line.first === undefined;
}

/** `what`: one of `linkNumber`. */
export function count(link: LinkDirection, what: number, more: number): void {
  const at = link.row + what;
  link.numbers[at] = link.numbers[at]! + more;
}

export function countHighest(link: LinkDirection, what: number, seen: number): void {
  const at = link.row + what;
  if (seen > link.numbers[at]!) link.numbers[at] = seen;
}

/** How many frames have entered the wire, lost ones included. */
export function enteredFrames(link: LinkDirection): number {
  return link.numbers[link.row + linkNumber.enteredFrames]!;
}

function readCounters({ numbers, row }: LinkDirection): LinkCounters {
  const read = (what: keyof LinkCounters): number => numbers[row + linkNumber[what]]!;
  return {
    offeredFrames: read('offeredFrames'),
    offeredBytes: read('offeredBytes'),
    deliveredFrames: read('deliveredFrames'),
    deliveredBytes: read('deliveredBytes'),
    duplicatedFrames: read('duplicatedFrames'),
    corruptedFrames: read('corruptedFrames'),
    reorderedFrames: read('reorderedFrames'),
    lostFrames: read('lostFrames'),
    overflowedFrames: read('overflowedFrames'),
    codelFrames: read('codelFrames'),
    oversizedFrames: read('oversizedFrames'),
    downFrames: read('downFrames'),
    highestQueueFrames: read('highestQueueFrames'),
    highestQueueBytes: read('highestQueueBytes'),
  };
}

const counterOf = {
  lost: linkNumber.lostFrames,
  overflowed: linkNumber.overflowedFrames,
  codel: linkNumber.codelFrames,
  oversized: linkNumber.oversizedFrames,
  down: linkNumber.downFrames,
} as const satisfies Record<DropReason, number>;

/** Counts the frame and keeps it until the sink can be told. */
export function dropFrame(link: LinkDirection, frame: Frame, reason: DropReason): void {
  count(link, counterOf[reason], 1);
  link.hasUntold = true;
  link.untoldFrames.push(frame);
  link.untoldReasons.push(reason);
}
