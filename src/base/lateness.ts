/**
 * How late frames or calls were, as counts on a logarithmic scale: 16 steps from each power of two to the next,
 * so that a quantile is told to within a sixteenth, and to count one costs a few instructions.
 */

export interface Lateness {
  readonly counts: Uint32Array;
  frames: number;
  worstNs: number;
}

const stepsBits = 4;
const steps = 1 << stepsBits;
/** What is later than 2^31 ns, two seconds, is told as that; the worst is exact. */
const longestNs = 0x7fff_ffff;

export function createLateness(): Lateness {
  return { counts: new Uint32Array((32 - stepsBits) * steps), frames: 0, worstNs: 0 };
}

/** Early counts as in time: two clocks were read, and nothing leaves before it is due. */
export function noteLateness(lateness: Lateness, lateNs: number): void {
  const place = placeOf(lateNs);
  lateness.counts[place] = lateness.counts[place]! + 1;
  lateness.frames++;
  if (lateNs > lateness.worstNs) lateness.worstNs = lateNs;
}

/** So many nanoseconds or less, for this part of the frames; an upper bound. 0 where there were none. */
export function quantileNs(lateness: Lateness, ratio: number): number {
  const wanted = Math.ceil(lateness.frames * ratio);
  let seen = 0;
  for (let place = 0; place < lateness.counts.length; place++) {
    seen += lateness.counts[place]!;
    if (seen >= wanted && seen > 0) return Math.min(upperNs(place), lateness.worstNs);
  }
  return lateness.worstNs;
}

function placeOf(lateNs: number): number {
  const whole = lateNs <= 0 ? 0 : lateNs < longestNs ? lateNs | 0 : longestNs;
  if (whole < steps) return whole;
  const power = 31 - Math.clz32(whole);
  return (power - stepsBits + 1) * steps + ((whole >> (power - stepsBits)) & (steps - 1));
}

function upperNs(place: number): number {
  if (place < steps) return place;
  const power = Math.floor(place / steps) + stepsBits - 1;
  return 2 ** power + ((place % steps) + 1) * 2 ** (power - stepsBits) - 1;
}
