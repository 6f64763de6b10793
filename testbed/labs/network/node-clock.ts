/** A node's clock: the run's time, perhaps running fast or slow, perhaps stepped. It never goes back. */

export interface NodeClock {
  /** At `sinceNs` of the run this clock showed `shownNs`; from there on it runs at 1 + drift. */
  sinceNs: number;
  shownNs: number;
  driftRatio: number;
  /** What it showed last: a step back makes it stand still until it has caught up. */
  highestNs: number;
}

export function createNodeClock(): NodeClock {
  return { sinceNs: 0, shownNs: 0, driftRatio: 0, highestNs: 0 };
}

export function readClock(clock: NodeClock, nowNs: number): number {
  if (clock.driftRatio === 0 && clock.shownNs === clock.sinceNs) return nowNs;
  const shownNs = clock.shownNs + Math.floor((nowNs - clock.sinceNs) * (1 + clock.driftRatio));
  if (shownNs > clock.highestNs) clock.highestNs = shownNs;
  return clock.highestNs;
}

/** From now on: another rate, and a step. */
export function skewClock(
  clock: NodeClock,
  nowNs: number,
  driftRatio: number,
  offsetNs: number,
): void {
  const shownNs = clock.shownNs + (nowNs - clock.sinceNs) * (1 + clock.driftRatio);
  clock.highestNs = Math.max(clock.highestNs, Math.floor(shownNs));
  clock.sinceNs = nowNs;
  clock.shownNs = shownNs + offsetNs;
  clock.driftRatio = driftRatio;
}

/** How long the run's time takes for this clock to move on by `delayNs`. */
export function runTimeOf(clock: NodeClock, delayNs: number): number {
  return clock.driftRatio === 0 ? delayNs : Math.ceil(delayNs / (1 + clock.driftRatio));
}
