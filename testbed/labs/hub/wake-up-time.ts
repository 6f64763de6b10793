/**
 * How long the kernel takes to wake a sleeper, told by the sleeps that a timer ended. What wakes the loop
 * by arriving has waited for as long, and the least of the last ones is what it surely waited.
 */
const remembered = 64;

export interface WakeUpTime {
  readonly recentNs: Float64Array;
  noted: number;
  leastNs: number;
}

export function createWakeUpTime(): WakeUpTime {
  return { recentNs: new Float64Array(remembered), noted: 0, leastNs: 0 };
}

export function noteWakeUp(time: WakeUpTime, tookNs: number): void {
  const at = time.noted++ % remembered;
  const forgottenNs = time.recentNs[at]!;
  time.recentNs[at] = tookNs;
  if (time.noted === 1 || tookNs < time.leastNs) time.leastNs = tookNs;
  else if (time.noted > remembered && forgottenNs === time.leastNs) time.leastNs = leastOf(time);
}

function leastOf({ recentNs }: WakeUpTime): number {
  let leastNs = recentNs[0]!;
  for (let at = 1; at < remembered; at++) leastNs = Math.min(leastNs, recentNs[at]!);
  return leastNs;
}
