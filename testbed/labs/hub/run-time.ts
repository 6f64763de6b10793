/** The run's time, without an allocation for each reading. */
import { performance } from 'node:perf_hooks';
import { nsPerMs } from '../../../src/base/time.ts';
import { type MonotonicTime, nsSince } from '../../../src/runtime/run-clock.ts';

const attempts = 50;

/** Both clocks are one; their distance is taken where the two readings were closest to each other. */
export function createRunTime(start: MonotonicTime): () => number {
  let distanceNs = 0;
  let narrowestNs = Number.POSITIVE_INFINITY;
  for (let left = attempts; left > 0; left--) {
    const before = performance.now() * nsPerMs;
    const runNs = nsSince(start);
    const widthNs = performance.now() * nsPerMs - before;
    if (widthNs >= narrowestNs) continue;
    narrowestNs = widthNs;
    distanceNs = runNs - before - widthNs / 2;
  }
  return () => Math.floor(performance.now() * nsPerMs + distanceNs);
}
