/** Lets virtual time pass, and lets the process breathe: signals and progress are heard between slices. */
import { setImmediate } from 'node:timers/promises';
import type { DriveEnd } from '../lab.ts';
import { type Schedule, wakeNext } from '../network/schedule.ts';

/** Long enough to cost nothing, short enough that an interrupt is heard within some milliseconds. */
const wakesPerSlice = 20_000;

export async function driveSchedule(
  schedule: Schedule,
  limitNs: number,
  signal: AbortSignal,
  isHalted: () => boolean,
): Promise<DriveEnd> {
  for (;;) {
    if (signal.aborted) return 'interrupted';
    const end = driveSlice(schedule, limitNs, isHalted);
    if (end !== undefined) return end;
    await setImmediate();
  }
}

function driveSlice(
  schedule: Schedule,
  limitNs: number,
  isHalted: () => boolean,
): DriveEnd | undefined {
  for (let left = wakesPerSlice; left > 0; left--) {
    if (isHalted()) return 'halted';
    if (!wakeNext(schedule, limitNs)) return reachLimit(schedule, limitNs);
  }
  return undefined;
}

function reachLimit(schedule: Schedule, limitNs: number): DriveEnd {
  if (schedule.size === 0) return 'idle';
  schedule.nowNs = Math.max(schedule.nowNs, limitNs);
  return 'limit';
}
