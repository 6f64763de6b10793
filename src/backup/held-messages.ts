/** What a standby holds of a connection's outgoing stream: whole messages, until the peer has them. */
import type { Boundaries } from './boundaries.ts';

export interface HeldMessage {
  readonly boundaries: Boundaries;
  readonly bytes: Uint8Array;
}

/** Oldest first, without a gap. */
export interface HeldMessages {
  readonly list: HeldMessage[];
}

export function createHeldMessages(): HeldMessages {
  return { list: [] };
}

export function holdMessage(
  { list }: HeldMessages,
  boundaries: Boundaries,
  bytes: Uint8Array,
): void {
  list.push({ boundaries, bytes });
}

/** The peer waits for `acknowledged`: messages before it go, one that it lies within stays whole. */
export function deleteThrough({ list }: HeldMessages, acknowledged: number): HeldMessage[] {
  const kept = list.findIndex(({ boundaries }) => boundaries.last >= acknowledged);
  return list.splice(0, kept === -1 ? list.length : kept);
}

/** Where a stream that is resumed begins: at a message, never inside one; undefined: nothing is held. */
export function resumeFrom({ list }: HeldMessages): number | undefined {
  return list[0]?.boundaries.first;
}
