/** Amounts over time, in steps of equal length. */
import { nsPerMs } from '../../src/base/time.ts';
import type { Series } from './story.ts';

const mostSteps = 600;

/** 100 ms, and twice as long as often as it takes to fit; shorter where the run is. */
export function stepFor(endNs: number): number {
  let stepNs = endNs < 3_000 * nsPerMs ? 20 * nsPerMs : 100 * nsPerMs;
  while (endNs / stepNs > mostSteps) stepNs *= 2;
  return stepNs;
}

export function seriesOf(
  timesNs: readonly number[],
  amounts: readonly number[],
  { endNs, stepNs }: { readonly endNs: number; readonly stepNs: number },
): Series {
  const values = new Array<number>(Math.floor(endNs / stepNs) + 1).fill(0);
  for (const [at, tNs] of timesNs.entries()) {
    const step = Math.floor(tNs / stepNs);
    if (step >= 0 && step < values.length) values[step]! += amounts[at] ?? 0;
  }
  return { stepNs, values };
}
