/** Says something again and again until it is answered. */
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Clock } from '../host/host.ts';

const firstWaitNs = 100 * nsPerMs;
const longestWaitNs = nsPerSecond;

export interface Repetition {
  stop(): void;
}

/** Acts now, then after 100 ms, 200 ms, … and every second in the end. */
export function repeatUntilStopped(clock: Clock, action: () => void): Repetition {
  let waitNs = firstWaitNs;
  const again = () => {
    timer = clock.after(waitNs, again);
    waitNs = Math.min(2 * waitNs, longestWaitNs);
    action();
  };
  let timer = clock.after(waitNs, again);
  waitNs *= 2;
  action();
  return { stop: () => timer.cancel() };
}
