/** The hub before all that has no real-time priority, where that is allowed; else it is one of many. */
import { readdirSync, readFileSync } from 'node:fs';
import { setRealTimePriority } from '../../../src/linux/thread-timing.ts';

/** The lowest two there are. */
const priority = { helpers: 1, loop: 2 } as const;

/**
 * The threads that compile for this one are lifted too: it waits for them at times, and would wait for
 * all that runs before them, which on a busy machine took 0.1 s.
 */
export function preferThreads(): void {
  for (const thread of readdirSync('/proc/self/task')) {
    setRealTimePriority(priority.helpers, Number(thread));
  }
  setRealTimePriority(priority.loop);
}

/** A thread that writes for this one, whose name begins so: the same holds for it, and it comes and goes. */
export function preferWriters(): void {
  for (const thread of readdirSync('/proc/self/task')) {
    if (nameOf(thread).startsWith('iou-wrk')) setRealTimePriority(priority.helpers, Number(thread));
  }
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, 'utf8');
  } catch {
    return 'one that has ended';
  }
}
