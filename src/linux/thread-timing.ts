/** How soon the kernel wakes this thread, and before whom. */
import { write32 } from './layout.ts';
import { bindCall } from './system-call.ts';

const controlCall = bindCall('prctl', 'int', ['int', 'long']);
const scheduleCall = bindCall('sched_setscheduler', 'int', ['int', 'int', 'bytes']);

/** PR_SET_TIMERSLACK of linux/prctl.h. */
const setTimerSlack = 29;
/** SCHED_RR and, with it, what a child must not inherit (linux/sched.h). */
const roundRobin = 2;
const resetOnFork = 0x4000_0000;

/** Timers of this thread fire up to so much late, which saves wake-ups; Linux begins with 50 µs. */
export function setTimerSlackNs(slackNs: number): boolean {
  return controlCall(setTimerSlack, slackNs) === 0;
}

/**
 * The thread (0: this one) runs as soon as it can, before all that have a lower such priority or none;
 * false where that is not allowed. The kernel leaves the others a twentieth of a processor that such
 * threads fill.
 */
export function setRealTimePriority(priority: number, thread = 0): boolean {
  const parameter = new Uint8Array(4);
  write32(parameter, 0, priority);
  return scheduleCall(thread, roundRobin | resetOnFork, parameter) === 0;
}
