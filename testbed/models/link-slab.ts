/**
 * The numbers of many link directions, side by side. As fields of objects each would stand in a box of its
 * own, somewhere in memory, and a frame that passes one of thousands of links waits for each of them.
 */

/** Where a number stands among those of its direction: what every frame touches comes first. */
export const linkNumber = {
  deadlineNs: 0,
  serviceNs: 1,
  sinceNs: 2,
  remainingBits: 3,
  creditBitNs: 4,
  lastDueNs: 5,
  enteredFrames: 6,
  wireDueNs: 7,
  offeredFrames: 8,
  offeredBytes: 9,
  deliveredFrames: 10,
  deliveredBytes: 11,
  highestQueueFrames: 12,
  highestQueueBytes: 13,
  duplicatedFrames: 14,
  corruptedFrames: 15,
  reorderedFrames: 16,
  lostFrames: 17,
  overflowedFrames: 18,
  codelFrames: 19,
  oversizedFrames: 20,
  downFrames: 21,
  cycleStartNs: 22,
} as const;

/** Whole cache lines: what every frame touches fits in two. */
const numbersADirection = 24;

/** A `malloc` of many pages puts 16 bytes of its own before them: from here on a cache line begins. */
const leadNumbers = 6;

export interface LinkSlab {
  numbers: Float64Array;
  /** Where the next direction's begin. */
  free: number;
}

export function createLinkSlab(directions: number): LinkSlab {
  const numbers = new Float64Array(leadNumbers + directions * numbersADirection);
  return { numbers, free: leadNumbers };
}

/** Where a direction's numbers begin in `slab.numbers`, all zero; a full slab goes on in a new array. */
export function takeRow(slab: LinkSlab): number {
  if (slab.free + numbersADirection > slab.numbers.length) {
    slab.numbers = new Float64Array(slab.numbers.length);
    slab.free = leadNumbers;
  }
  const row = slab.free;
  slab.free += numbersADirection;
  return row;
}
