/**
 * How long this process wanted a processor and had none: /proc/PID/schedstat, which is of its first thread.
 * There the programs run; what compiles and collects beside it may wait and holds nobody up.
 */
import { readFileSync } from 'node:fs';

export interface RunQueue {
  readonly ranNs: number;
  readonly waitedNs: number;
}

/** Undefined: this kernel does not tell. Its fields: time on a processor, time in the queue, turns. */
export function readRunQueue(): RunQueue | undefined {
  try {
    const [ranNs = 0, waitedNs = 0] = readFileSync('/proc/self/schedstat', 'utf8')
      .split(' ')
      .map(Number);
    return { ranNs, waitedNs };
  } catch {
    return undefined;
  }
}
