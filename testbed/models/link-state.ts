/** What one direction of a link holds, and what all its parts share: chance and dropped frames. */
import type { Frame, FramePool } from '../../src/base/frame.ts';
import { type Random, seedRandom } from '../../src/base/random.ts';
import { never } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { createRing, type FrameRing } from './link-ring.ts';

export const ethernetHeaderBytes = 14;

/** Why a frame did not arrive; each reason has its counter. */
export type DropReason = 'lost' | 'overflowed' | 'codel' | 'oversized' | 'down';

/** offered + duplicated = delivered + lost + overflowed + codel + oversized + down + inside. */
interface LinkCounters {
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

export interface LinkDirection {
  /** As they are now; only `changeLink` changes them. */
  settings: DirectionSettings;
  /** When `advanceLink` must be called next; `never` while nothing is under way. */
  deadlineNs: number;
  readonly counters: LinkCounters;
  readonly pool: FramePool;
  readonly seed: LinkSeed;
  readonly streams: Partial<Record<Chance, Random>>;

  /** Waiting, with the time of arrival in the queue. */
  readonly queue: FrameRing;
  /** Under way in order, with the time at which each is due. */
  readonly wire: FrameRing;
  /** Under way and held back; undefined until the first one is. */
  held: FrameRing | undefined;

  /** On the transmitter. */
  current: Frame | undefined;
  /** Of `current`, at `sinceNs`. */
  remainingBits: number;
  sinceNs: number;
  /** When the transmitter does something next: ends `current`, or meets an opportunity of its trace. */
  serviceNs: number;
  /** What rounding up has cost the frames sent back to back so far, in bits times nanoseconds. */
  creditBitNs: number;
  /** A frame may be dropped when the transmitter acts, which the sink should hear at that time. */
  wakesAtService: boolean;
  /** Mahimahi: which opportunity `serviceNs` is, and where its cycle began. */
  opportunity: number;
  cycleStartNs: number;

  codel: CodelState;
  /** Gilbert-Elliott: kept while another loss model is in force. */
  inBad: boolean;
  /** How many frames have entered the wire, lost ones included. */
  enteredFrames: number;
  listedLosses: ReadonlySet<number> | undefined;
  /** Of the last frame that entered the wire: no later one is due before it. */
  lastDueNs: number;

  hasUntold: boolean;
  /** Dropped and not yet told: the sink is called only when the state is whole. */
  readonly untoldFrames: Frame[];
  readonly untoldReasons: DropReason[];
  /** How many of these the sink has heard of in the round that is going on. */
  toldCount: number;
}

export function createState(
  settings: DirectionSettings,
  seed: LinkSeed,
  pool: FramePool,
): LinkDirection {
  return {
    // What every frame touches stands together in memory, and first.
    settings,
    deadlineNs: never,
    serviceNs: never,
    wire: createRing(),
    queue: createRing(),
    held: undefined,
    current: undefined,
    remainingBits: 0,
    sinceNs: 0,
    creditBitNs: 0,
    lastDueNs: 0,
    enteredFrames: 0,
    wakesAtService: false,
    hasUntold: false,
    counters: createCounters(),
    pool,
    opportunity: 0,
    cycleStartNs: 0,
    codel: createCodel(),
    inBad: false,
    listedLosses: undefined,
    seed,
    streams: {},
    untoldFrames: [],
    untoldReasons: [],
    toldCount: 0,
  };
}

function createCounters(): LinkCounters {
  return {
    offeredFrames: 0,
    offeredBytes: 0,
    deliveredFrames: 0,
    deliveredBytes: 0,
    duplicatedFrames: 0,
    corruptedFrames: 0,
    reorderedFrames: 0,
    lostFrames: 0,
    overflowedFrames: 0,
    codelFrames: 0,
    oversizedFrames: 0,
    downFrames: 0,
    highestQueueFrames: 0,
    highestQueueBytes: 0,
  };
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

/** Counts the frame and keeps it until the sink can be told. */
export function dropFrame(link: LinkDirection, frame: Frame, reason: DropReason): void {
  countDrop(link.counters, reason);
  link.hasUntold = true;
  link.untoldFrames.push(frame);
  link.untoldReasons.push(reason);
}

function countDrop(counters: LinkCounters, reason: DropReason): void {
  switch (reason) {
    case 'lost':
      counters.lostFrames++;
      return;
    case 'overflowed':
      counters.overflowedFrames++;
      return;
    case 'codel':
      counters.codelFrames++;
      return;
    case 'oversized':
      counters.oversizedFrames++;
      return;
    case 'down':
      counters.downFrames++;
      return;
    default:
      reason satisfies never;
  }
}
