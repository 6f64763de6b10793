/**
 * How likely each count of successes is in `trials` trials: `result[k]` for k = 0 … trials. Built trial
 * by trial from sums of positive terms, so nothing cancels; exact for a chance of one half.
 */
export function binomialDistribution(trials: number, chance: number): number[] {
  return addTrials([1], trials, chance);
}

/** Terms below this are left out at both ends: all of them together change no digit that is looked at. */
const negligible = 1e-40;

/** The distribution of a count after `trials` more trials. It may be one of which parts were taken away. */
export function addTrials(counts: readonly number[], trials: number, chance: number): number[] {
  const distribution = [...counts, ...new Array<number>(trials).fill(0)];
  let least = 0;
  let most = counts.length - 1;
  for (let trial = 0; trial < trials; trial++) {
    most++;
    for (let count = most; count > least; count--) {
      const stays = distribution[count]! * (1 - chance);
      distribution[count] = stays + distribution[count - 1]! * chance;
    }
    distribution[least]! *= 1 - chance;
    while (least < most && distribution[least]! < negligible) distribution[least++] = 0;
    while (most > least && distribution[most]! < negligible) distribution[most--] = 0;
  }
  return distribution;
}
