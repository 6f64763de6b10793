/** One queue for all timers of a machine; setting a timer again voids the entry that stood before. */
import { popMoment, pushMoment } from '../base/moment-heap.ts';
import { never } from '../base/time.ts';
import type { IpMachine, Neighbour, Reassembly, TimerEntry, TimerQueue } from './state.ts';

export function armTimer(
  machine: IpMachine,
  subject: Neighbour | Reassembly,
  deadlineNs: number,
): void {
  subject.deadlineNs = deadlineNs;
  pushMoment(machine.timers.heap, { atNs: deadlineNs, subject });
  settleDeadline(machine);
}

export function disarmTimer(machine: IpMachine, subject: Neighbour | Reassembly): void {
  if (subject.deadlineNs === never) return;
  subject.deadlineNs = never;
  settleDeadline(machine);
}

/** The next subject whose time has come, disarmed. */
export function takeDue(machine: IpMachine, nowNs: number): Neighbour | Reassembly | undefined {
  const next = peekValid(machine.timers);
  if (next === undefined || next.atNs > nowNs) return undefined;
  popMoment(machine.timers.heap);
  next.subject.deadlineNs = never;
  return next.subject;
}

/** Brings `machine.deadlineNs` in line with what waits. */
export function settleDeadline(machine: IpMachine): void {
  const timerNs = peekValid(machine.timers)?.atNs ?? never;
  const loopbackNs = machine.loopback[0]?.dueNs ?? never;
  machine.deadlineNs = Math.min(timerNs, loopbackNs);
}

function peekValid(timers: TimerQueue): TimerEntry | undefined {
  for (;;) {
    const first = timers.heap[0];
    if (first === undefined || first.subject.deadlineNs === first.atNs) return first;
    popMoment(timers.heap);
  }
}
