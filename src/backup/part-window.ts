/**
 * How many parts may be on the way. It begins with what the shortest queue of a link takes at once, and grows
 * with the distance between the boards: as long as a full window came back about as fast as a single part.
 */
import { never } from '../base/time.ts';

export interface PartWindow {
  parts: number;
  /** The part that is timed: nothing before it was sent again. */
  timed: { readonly number: number; readonly sentAtNs: number } | undefined;
  shortestNs: number;
  /** Since it last grew or shrank, all of it was on the way at some time. */
  wasFull: boolean;
}

export const fewestParts = 16;
const mostParts = 1_024;
/** RFC 6298 takes twice the deviation and more; between boards nothing but a loss takes that long. */
const patience = 2;

export function createPartWindow(): PartWindow {
  return { parts: fewestParts, timed: undefined, shortestNs: never, wasFull: false };
}

export function notePartSent(window: PartWindow, nowNs: number, number: number): void {
  window.timed ??= { number, sentAtNs: nowNs };
}

/** Its last part is timed: what stands in the queue before it counts. */
export function noteFull(window: PartWindow, nowNs: number, lastNumber: number): void {
  window.wasFull = true;
  window.timed = { number: lastNumber, sentAtNs: nowNs };
}

/** All before `acknowledged` arrived. */
export function notePartsAcknowledged(
  window: PartWindow,
  nowNs: number,
  acknowledged: number,
): void {
  const { timed } = window;
  if (timed === undefined || acknowledged <= timed.number) return;
  const tripNs = nowNs - timed.sentAtNs;
  window.timed = undefined;
  window.shortestNs = Math.min(window.shortestNs, tripNs);
  if (window.wasFull && tripNs * 4 <= window.shortestNs * 5) {
    window.parts = Math.min(mostParts, window.parts * 2);
  }
  window.wasFull = false;
}

/** Nothing came back: what is sent now is sent again, and can't be timed (Karn). */
export function notePartsLost(window: PartWindow): void {
  window.timed = undefined;
  window.wasFull = false;
  window.parts = Math.max(fewestParts, Math.floor(window.parts / 2));
}

export function resendAfterNs({ shortestNs }: PartWindow, leastNs: number): number {
  return shortestNs === never ? leastNs : Math.max(leastNs, patience * shortestNs);
}
