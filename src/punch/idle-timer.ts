/**
 * How long a path may be silent before a box on it forgets it: found by being silent for longer and
 * longer, and by half of the way back where that was too long. Nobody sends while it is tried.
 */
import { never, nsPerSecond } from '../base/time.ts';

export interface IdleTimer {
  /** A silence that the path outlived; 0: none was tried. */
  provenNs: number;
  /** One that it did not. */
  failedNs: number;
}

/** Below the 30 s of the most impatient boxes (RFC 4787 4.3 asks for 2 minutes). */
const firstPauseNs = 15 * nsPerSecond;
const longestPauseNs = 300 * nsPerSecond;
/** So near to the truth is near enough. */
const resolutionNs = 10 * nsPerSecond;

export function createIdleTimer(): IdleTimer {
  return { provenNs: 0, failedNs: never };
}

export function idlePauseOf({ provenNs, failedNs }: IdleTimer): number {
  if (failedNs === never) {
    return Math.min(longestPauseNs, Math.max(firstPauseNs, 2 * provenNs));
  }
  if (failedNs - provenNs <= resolutionNs) return Math.max(provenNs, firstPauseNs / 3);
  return (provenNs + failedNs) / 2;
}

export function noteOutlived(timer: IdleTimer, silenceNs: number): void {
  timer.provenNs = Math.max(timer.provenNs, silenceNs);
  // It died of something else, then.
  if (timer.provenNs >= timer.failedNs) timer.failedNs = never;
}

export function noteForgotten(timer: IdleTimer, silenceNs: number): void {
  timer.failedNs = Math.min(timer.failedNs, silenceNs);
  // The box has become less patient.
  if (timer.provenNs >= timer.failedNs) timer.provenNs = 0;
}
