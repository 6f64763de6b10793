/** The frames by which a rate is measured: so many, so large, sent at once. */
import type { LinkSetting } from './link-setting.ts';

/** Of UDP within IPv4. */
const headerBytes = 28;
const ethernetHeaderBytes = 14;

/** On the wire for so long: many times what a clock or a scheduler is off by. */
const burstNs = 80_000_000;
const leastFrames = 6;
export const mostFrames = 3_000;
/** Beyond this a burst of so many frames is over too soon to be timed. */
const mostBps = 450_000_000;

export interface Burst {
  readonly frames: number;
  readonly payloadBytes: number;
  readonly frameBytes: number;
}

/**
 * Undefined: there is no rate to measure, or it is more than a burst can tell, or jitter hides it: a link
 * that keeps the order lets the end of a burst wait for its latest frame, and its beginning not.
 */
export function burstFor({ rateBps, jitterNs, mtuBytes }: LinkSetting): Burst | undefined {
  if (!Number.isFinite(rateBps) || rateBps > mostBps || jitterNs > 0) return undefined;
  const frameBytes = mtuBytes + ethernetHeaderBytes;
  const fitting = Math.ceil((rateBps * burstNs) / 1e9 / (8 * frameBytes));
  const frames = Math.min(mostFrames, Math.max(leastFrames, fitting));
  return { frames, frameBytes, payloadBytes: mtuBytes - headerBytes };
}

/**
 * By the frames that were least late at both ends of the burst: lateness only adds, and a moment in which
 * the machine was busy is no matter of the rate. Undefined: too few came.
 */
export function rateOf(
  burst: Burst,
  askedBps: number,
  arrivedNs: readonly number[],
): number | undefined {
  const count = arrivedNs.length;
  if (count < leastFrames) return undefined;
  const bits = burst.frameBytes * 8;
  const frameNs = (bits * 1e9) / askedBps;
  const late = arrivedNs.toSorted((a, b) => a - b).map((ns, at) => ns - at * frameNs);
  const third = Math.floor(count / 3);
  const [begin, end] = [leastIn(late, 0, third), leastIn(late, count - third, count)];
  const slower = (end.value - begin.value) / (end.at - begin.at);
  const seenNs = frameNs + slower;
  return seenNs > 0 ? (bits * 1e9) / seenNs : undefined;
}

function leastIn(values: readonly number[], from: number, to: number) {
  let at = from;
  for (let other = from; other < to; other++) if (values[other]! < values[at]!) at = other;
  return { at, value: values[at]! };
}

/** How long the whole burst is under way. */
export function burstLastsNs(setting: LinkSetting, burst: Burst): number {
  return (burst.frames * burst.frameBytes * 8 * 1e9) / setting.rateBps + setting.delayNs;
}
