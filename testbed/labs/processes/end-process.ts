/** How a process is brought to an end, and how long is waited for what it wrote. */
import type { ProcessExit } from './process-exit.ts';
import type { RunningProcess } from './running-process.ts';

/** So long a process may take to end when it is asked to. */
const politeMs = 2_000;
/** So long its streams may take to end after it: a child of its own may hold them. */
const drainMs = 200;

/** SIGTERM, and SIGKILL where that is not heard. */
export async function endPolitely(
  running: Pick<RunningProcess, 'signal' | 'exited'>,
): Promise<ProcessExit> {
  running.signal('SIGTERM');
  const impatient = setTimeout(() => running.signal('SIGKILL'), politeMs);
  try {
    return await running.exited;
  } finally {
    clearTimeout(impatient);
  }
}

/** A loop that was held up finds the time over before it looks at its streams: it has one look more. */
export async function drained(streams: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => setImmediate(resolve), drainMs);
  await Promise.race([streams, promise]);
  clearTimeout(timer);
}
