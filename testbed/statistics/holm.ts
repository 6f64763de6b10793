/**
 * P-values adjusted for being several, in the order given: the smallest of m is multiplied by m, the
 * next by m - 1, and none falls below the one before it (Holm 1979). Comparing them with an error ratio
 * keeps the chance of any wrong rejection within it, however the tests depend on each other.
 */
export function adjustByHolm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].toSorted((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = [...pValues];
  let largest = 0;
  for (const [place, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (order.length - place)));
    adjusted[index] = largest;
  }
  return adjusted;
}
