/** One value out of many. */
import type { Pick } from '../schema/model.ts';

/** `values` has one at least, and is left as it is. */
export function pickOf(values: readonly number[], pick: Pick): number {
  if (pick === 'mean') return values.reduce((sum, value) => sum + value, 0) / values.length;
  const sorted = Float64Array.from(values).sort();
  switch (pick) {
    case 'min':
      return sorted[0]!;
    case 'median':
      return medianOf(sorted);
    case 'p90':
      return rankOf(sorted, 90);
    case 'p99':
      return rankOf(sorted, 99);
    case 'max':
      return sorted.at(-1)!;
  }
}

/** The middle one, or the mean of the two in the middle. */
function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Nearest rank: the smallest value that `percent` of all do not exceed. */
function rankOf(sorted: Float64Array, percent: number): number {
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1]!;
}
