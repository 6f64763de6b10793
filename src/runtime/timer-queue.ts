/** What is to be called when: a binary heap, earliest first, and among equals in the order of asking. */
import { never } from '../base/time.ts';

export interface QueuedTimer {
  readonly dueNs: number;
  readonly order: number;
  /** Undefined: cancelled, or called already. */
  callback: (() => void) | undefined;
}

export interface TimerQueue {
  readonly heap: QueuedTimer[];
  asked: number;
}

export function createTimerQueue(): TimerQueue {
  return { heap: [], asked: 0 };
}

export function addTimer(queue: TimerQueue, dueNs: number, callback: () => void): QueuedTimer {
  const timer = { dueNs, order: queue.asked, callback };
  queue.asked += 1;
  queue.heap.push(timer);
  siftUp(queue.heap, queue.heap.length - 1);
  return timer;
}

/** It stays where it is until it comes up, and is passed over then. */
export function cancelTimer(timer: QueuedTimer): void {
  timer.callback = undefined;
}

export function nextDueNs(queue: TimerQueue): number {
  while (queue.heap[0] !== undefined && queue.heap[0].callback === undefined) takeFirst(queue.heap);
  return queue.heap[0]?.dueNs ?? never;
}

/** The first that is due by `nowNs`, taken out. */
export function takeDue(queue: TimerQueue, nowNs: number): (() => void) | undefined {
  if (nextDueNs(queue) > nowNs) return undefined;
  const timer = takeFirst(queue.heap)!;
  const { callback } = timer;
  timer.callback = undefined;
  return callback;
}

function isBefore(one: QueuedTimer, other: QueuedTimer): boolean {
  return one.dueNs === other.dueNs ? one.order < other.order : one.dueNs < other.dueNs;
}

function takeFirst(heap: QueuedTimer[]): QueuedTimer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) {
    heap[0] = last;
    siftDown(heap);
  }
  return first;
}

function siftUp(heap: QueuedTimer[], from: number): void {
  const timer = heap[from]!;
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    if (!isBefore(timer, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = timer;
}

function siftDown(heap: QueuedTimer[]): void {
  const timer = heap[0]!;
  let at = 0;
  for (let child = 1; child < heap.length; child = at * 2 + 1) {
    const right = child + 1;
    const least = right < heap.length && isBefore(heap[right]!, heap[child]!) ? right : child;
    if (!isBefore(heap[least]!, timer)) break;
    heap[at] = heap[least]!;
    at = least;
  }
  heap[at] = timer;
}
