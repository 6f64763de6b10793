/** The real clock: CLOCK_MONOTONIC, counted from the run's start, which all nodes of a machine share. */
import process from 'node:process';
import { nsPerSecond } from '../base/time.ts';

/** On the monotonic clock; two numbers, because one is not exact on a machine that is up for long. */
export interface MonotonicTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export function readMonotonic(): MonotonicTime {
  const [seconds, nanoseconds] = process.hrtime();
  return { seconds, nanoseconds };
}

export function nsSince(start: MonotonicTime): number {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds - start.seconds) * nsPerSecond + (nanoseconds - start.nanoseconds);
}

/** When `sinceStartNs` is, on the monotonic clock. */
export function monotonicAt(start: MonotonicTime, sinceStartNs: number): MonotonicTime {
  const whole = Math.floor(sinceStartNs / nsPerSecond);
  const nanoseconds = start.nanoseconds + (sinceStartNs - whole * nsPerSecond);
  const carry = Math.floor(nanoseconds / nsPerSecond);
  return {
    seconds: start.seconds + whole + carry,
    nanoseconds: Math.floor(nanoseconds - carry * nsPerSecond),
  };
}
