/**
 * Where a series of runs changed its level for good: the split whose two sides differ most by their
 * ranks, taken if chance gives such a split rarely, then the same on each side. Ranks do not mind a
 * lone spike, which is no change of level.
 */
export interface ChangePoint {
  /** The first of the new level. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

export interface ChangeSettings {
  /** On each side of a change: fewer are a spike. */
  readonly fewest: number;
  /** A smaller change of level is none: 0.02 is 2 %. */
  readonly leastRatio: number;
  /** How far a rank sum is from its middle, in standard deviations: 3.3 is one in a thousand by chance. */
  readonly deviations: number;
}

export const usualChanges: ChangeSettings = { fewest: 4, leastRatio: 0.02, deviations: 3 };

/** In order. `fewest` of 4 finds a change once four runs have it: a week's nightly runs, and no sooner. */
export function findChanges(
  values: readonly number[],
  settings: ChangeSettings = usualChanges,
): ChangePoint[] {
  const split = bestSplit(values, settings);
  if (split === undefined) return [];
  const [left, right] = [values.slice(0, split), values.slice(split)];
  const later = findChanges(right, settings).map((one) => ({ ...one, at: one.at + split }));
  const earlier = findChanges(left, settings);
  const before = medianOf(left.slice(earlier.at(-1)?.at ?? 0));
  const after = medianOf(right.slice(0, (later[0]?.at ?? values.length) - split));
  return [...earlier, { at: split, before, after }, ...later];
}

function bestSplit(values: readonly number[], settings: ChangeSettings): number | undefined {
  const { fewest, leastRatio, deviations } = settings;
  const ranks = midranks(values);
  const ties = tieShare(values);
  let best: { at: number; far: number } | undefined;
  for (let at = fewest; at <= values.length - fewest; at++) {
    const [before, after] = [medianOf(values.slice(0, at)), medianOf(values.slice(at))];
    if (Math.abs(after - before) <= leastRatio * Math.abs(before)) continue;
    const far = deviationOf(ranks, at, ties);
    if (far > (best?.far ?? 0)) best = { at, far };
  }
  // So few runs can't be further apart than they are: where the sides don't overlap at all, that is enough.
  const reach = best && Math.min(deviations, mostPossible(best.at, values.length) * 0.999);
  return best !== undefined && best.far >= reach! ? best.at : undefined;
}

/** Of the rank sum of those before `at`, in standard deviations. */
function deviationOf(ranks: readonly number[], at: number, ties: number): number {
  const count = ranks.length;
  const sum = ranks.slice(0, at).reduce((total, rank) => total + rank, 0);
  const middle = (at * (count + 1)) / 2;
  const variance = ((at * (count - at) * (count + 1)) / 12) * ties;
  return variance === 0 ? 0 : Math.abs(sum - middle) / Math.sqrt(variance);
}

function mostPossible(at: number, count: number): number {
  return Math.sqrt((3 * at * (count - at)) / (count + 1));
}

function midranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const [at, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, at);
    last.set(value, at);
  }
  return values.map((value) => (first.get(value)! + last.get(value)!) / 2 + 1);
}

/** What equal values leave of the variance. */
function tieShare(values: readonly number[]): number {
  const count = values.length;
  const groups = [...Map.groupBy(values, (value) => value).values()];
  const tied = groups.reduce((sum, { length }) => sum + (length ** 3 - length), 0);
  return count < 2 ? 1 : 1 - tied / (count ** 3 - count);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2;
}
