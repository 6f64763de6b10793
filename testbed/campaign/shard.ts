/** A part of a run that a machine of its own takes. */
import type { Slot } from './schedule.ts';

export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

/**
 * Turns are dealt like cards, one a shard. All variants of one sample of a case are one turn: what is
 * compared stays together, under one machine's luck.
 */
export function sliceShard(slots: readonly Slot[], shard: Shard | undefined): readonly Slot[] {
  if (shard === undefined) return slots;
  return turnsOf(slots)
    .filter((_, at) => at % shard.of === shard.index - 1)
    .flat();
}

/** The slots of one sample of a case, which belong together; in the order of the slots. */
export function turnsOf(slots: readonly Slot[]): readonly (readonly Slot[])[] {
  const turns = Map.groupBy(slots, ({ caseId, sample }) => JSON.stringify([caseId, sample]));
  return [...turns.values()];
}
