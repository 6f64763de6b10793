/**
 * An application tells a run how long it had a processor, and how long it waited for one, as it goes: a run ends it
 * by a signal. Where a machine is short of processors, its figures are not the stack's.
 */
import { type RunQueue, readRunQueue } from '../runtime/run-queue.ts';
import type { RecordSink } from '../trace/record.ts';

const everyMs = 250;
/** Less is not worth a line. */
const leastNs = 1_000_000;

/** For as long as the application lives, which it does not prolong. */
export function tellTurns(records: RecordSink): void {
  let told = readRunQueue();
  if (told === undefined) return;
  const timer = setInterval(() => {
    const now = readRunQueue();
    if (now === undefined) return;
    const since = sinceOf(told!, now);
    if (since.ranNs + since.waitedNs < leastNs) return;
    // `program.…` is the lab's alone to say: whoever could write that could make any run pass.
    records.record('onload.waited', { ...since });
    told = now;
  }, everyMs);
  timer.unref();
}

function sinceOf(before: RunQueue, now: RunQueue): RunQueue {
  return { ranNs: now.ranNs - before.ranNs, waitedNs: now.waitedNs - before.waitedNs };
}
