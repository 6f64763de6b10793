/**
 * One queue for the deadlines of many subjects. A deadline moves with every event, mostly later: its entry
 * stays where it is, and when its time comes the subject is asked again.
 */
import { type Momentary, popMoment, pushMoment } from './moment-heap.ts';
import { never } from './time.ts';

export interface Deadlined {
  /** `never`: it waits for nothing. */
  deadlineAtNs: number;
  /** When its entry in the queue comes up; `never`: it has none. */
  queuedAtNs: number;
}

export interface DeadlineEntry<Subject> extends Momentary {
  readonly subject: Subject;
}

/** The state of a machine that has such a queue. */
export interface DeadlineQueue<Subject> {
  /** When the first entry comes up. */
  deadlineNs: number;
  readonly timers: { readonly heap: DeadlineEntry<Subject>[] };
}

export function moveDeadline<Subject extends Deadlined>(
  queue: DeadlineQueue<Subject>,
  subject: Subject,
  atNs: number,
): void {
  subject.deadlineAtNs = atNs;
  if (atNs < subject.queuedAtNs) enqueue(queue, subject, atNs);
}

/** The next subject whose deadline has come. */
export function takeDue<Subject extends Deadlined>(
  queue: DeadlineQueue<Subject>,
  nowNs: number,
): Subject | undefined {
  const { heap } = queue.timers;
  for (;;) {
    const first = heap[0];
    if (first === undefined || first.atNs > nowNs) {
      queue.deadlineNs = first?.atNs ?? never;
      return undefined;
    }
    popMoment(heap);
    const { subject } = first;
    if (subject.queuedAtNs !== first.atNs) continue;
    subject.queuedAtNs = never;
    if (subject.deadlineAtNs <= nowNs) return subject;
    if (subject.deadlineAtNs !== never) enqueue(queue, subject, subject.deadlineAtNs);
  }
}

function enqueue<Subject extends Deadlined>(
  queue: DeadlineQueue<Subject>,
  subject: Subject,
  atNs: number,
): void {
  const { heap } = queue.timers;
  subject.queuedAtNs = atNs;
  pushMoment(heap, { atNs, subject });
  queue.deadlineNs = heap[0]!.atNs;
}
