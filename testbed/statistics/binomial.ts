/**
 * How likely each count of successes is in `trials` trials: `result[k]` for k = 0 … trials. Built trial
 * by trial from sums of positive terms, so nothing cancels; exact for a chance of one half.
 */
export function binomialDistribution(trials: number, chance: number): number[] {
  return addTrials([1], trials, chance);
}

/** The distribution of a count after `trials` more trials. It may be one of which parts were taken away. */
export function addTrials(counts: readonly number[], trials: number, chance: number): number[] {
  let distribution = [...counts];
  for (let trial = 0; trial < trials; trial++) {
    distribution = [...distribution, 0].map(
      (stays, count) => stays * (1 - chance) + (distribution[count - 1] ?? 0) * chance,
    );
  }
  return distribution;
}
