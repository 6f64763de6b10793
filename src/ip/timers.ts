/** One queue for all timers of a machine; setting a timer again voids the entry that stood before. */
import { never } from '../base/time.ts';
import type { IpMachine, Neighbour, Reassembly, TimerEntry, TimerQueue } from './state.ts';

export function armTimer(
  machine: IpMachine,
  subject: Neighbour | Reassembly,
  deadlineNs: number,
): void {
  subject.deadlineNs = deadlineNs;
  push(machine.timers.heap, { atNs: deadlineNs, subject });
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
  pop(machine.timers.heap);
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
    pop(timers.heap);
  }
}

function push(heap: TimerEntry[], entry: TimerEntry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    if (heap[parent]!.atNs <= entry.atNs) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: TimerEntry[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.atNs < heap[child]!.atNs) child++;
    if (heap[child]!.atNs >= last.atNs) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
