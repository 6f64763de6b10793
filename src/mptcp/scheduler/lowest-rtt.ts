/** The path with the shortest round trip that has room: what Linux did first, and what others are measured by. */
import type { PathView, Scheduler } from './scheduler.ts';

export const lowestRtt: Scheduler = {
  copies: false,
  takes: (asking, others) => others.every((other) => !other.hasRoom || !isNearer(other, asking)),
};

/** Of two that are as near, the older: somebody must take it. */
export function isNearer(path: PathView, than: PathView): boolean {
  if (path.srttNs !== than.srttNs) return path.srttNs < than.srttNs;
  return path.number < than.number;
}
