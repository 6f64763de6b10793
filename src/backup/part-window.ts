/**
 * How many parts may be on the way. It begins with what the shortest queue of a link takes at once, and grows
 * with the distance between the boards: as long as a full window came back about as fast as a single part.
 */
import { never } from '../base/time.ts';

export interface PartWindow {
  parts: number;
  /** So many times in a row nothing came back. */
  silences: number;
  /** One past the highest number that was ever sent. */
  sentFirstTo: number;
  /** The part that is timed, from when it was first sent: sent again, it can only seem to take too long. */
  timed: { readonly number: number; readonly sentAtNs: number } | undefined;
  shortestNs: number;
  /** Since it last grew or shrank, all of it was on the way at some time. */
  wasFull: boolean;
}

export const fewestParts = 16;
const mostParts = 1_024;
/** RFC 6298 takes twice the deviation and more; between boards nothing but a loss takes that long. */
const patience = 2;
/** Three doublings: a board that got no processor for a while finds few repetitions, and is not waited for much longer. */
const mostPatience = 8;

export function createPartWindow(firstNumber: number): PartWindow {
  return {
    ...{ parts: fewestParts, silences: 0, sentFirstTo: firstNumber },
    ...{ timed: undefined, shortestNs: never, wasFull: false },
  };
}

export function notePartSent(window: PartWindow, nowNs: number, number: number): void {
  if (number < window.sentFirstTo) return;
  window.sentFirstTo = number + 1;
  window.timed ??= { number, sentAtNs: nowNs };
}

/** Its last part, just sent, is timed: what stands in the queue before it counts. */
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
  window.silences = 0;
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

/** Nothing came back: all goes again. */
export function notePartsLost(window: PartWindow): void {
  window.silences++;
  window.wasFull = false;
  window.parts = Math.max(fewestParts, Math.floor(window.parts / 2));
}

/** Each time that nothing came back it waits twice as long. */
export function resendAfterNs({ shortestNs, silences }: PartWindow, leastNs: number): number {
  const onceNs = shortestNs === never ? leastNs : Math.max(leastNs, patience * shortestNs);
  return onceNs * Math.min(mostPatience, 2 ** silences);
}
