/** Virtual time for programs on a network in memory: a short list of what is to happen. */
import type { Timer } from './host.ts';

export interface FakeTime {
  nowNs: number;
  /** In the order in which they were asked for. */
  readonly waiting: FakeMoment[];
}

interface FakeMoment {
  readonly atNs: number;
  readonly action: () => void;
}

export function createFakeTime(): FakeTime {
  return { nowNs: 0, waiting: [] };
}

export function scheduleAt(time: FakeTime, atNs: number, action: () => void): Timer {
  const moment = { atNs, action };
  time.waiting.push(moment);
  return { cancel: () => removeMoment(time, moment) };
}

/** Lets time pass until the condition holds; false where it doesn't by `limitNs` from now. */
export function driveUntil(time: FakeTime, condition: () => boolean, limitNs: number): boolean {
  const endNs = time.nowNs + limitNs;
  while (!condition()) {
    const next = earliest(time);
    if (next === undefined || next.atNs > endNs) return false;
    removeMoment(time, next);
    time.nowNs = Math.max(time.nowNs, next.atNs);
    next.action();
  }
  return true;
}

/** Lets `durationNs` pass. */
export function drive(time: FakeTime, durationNs: number): void {
  const endNs = time.nowNs + durationNs;
  driveUntil(time, () => false, durationNs);
  time.nowNs = endNs;
}

function earliest(time: FakeTime): FakeMoment | undefined {
  let first = time.waiting[0];
  for (const moment of time.waiting) if (moment.atNs < first!.atNs) first = moment;
  return first;
}

function removeMoment(time: FakeTime, moment: FakeMoment): void {
  const at = time.waiting.indexOf(moment);
  if (at >= 0) time.waiting.splice(at, 1);
}
