/** Ends processes for good, and only those that are meant: a number may come to mean another process. */
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { killProcess, tryOpenProcess } from '../../../src/linux/pidfd.ts';
import { hasVariable, isIn, processesIn, processesWith, startTimeOf } from './process-table.ts';

/** A process that was killed ends at once, unless the kernel is stuck in it. */
const patienceMs = 5_000;

/** False: the process that began then had ended before. */
export function endProcess(pid: number, startTime: number): boolean {
  return endIf(pid, () => startTimeOf(pid) === startTime);
}

export interface EndedProcess {
  readonly pid: number;
  readonly startTime: number;
}

/** Whoever stands in these network namespaces, whatever started there meanwhile. */
export function endProcessesIn(namespaces: ReadonlySet<string>): EndedProcess[] {
  return endAll(
    () => processesIn(namespaces),
    (pid) => isIn(pid, namespaces),
  );
}

/** Whoever was started for this run, and has not come to its namespace, or stands beside. */
export function endProcessesOf(runId: string): EndedProcess[] {
  const variable = `ROPEWALK_RUN=${runId}`;
  return endAll(
    () => processesWith(variable),
    (pid) => hasVariable(pid, variable),
  );
}

function endAll(find: () => number[], isMeant: (pid: number) => boolean): EndedProcess[] {
  const ended: EndedProcess[] = [];
  for (;;) {
    const found = find().map((pid) => ({ pid, startTime: startTimeOf(pid) ?? 0 }));
    const killed = found.filter(({ pid }) => endIf(pid, () => isMeant(pid)));
    if (killed.length === 0) return ended;
    ended.push(...killed);
  }
}

/** The descriptor is opened before it is asked whether the process is the one. */
function endIf(pid: number, isMeant: () => boolean): boolean {
  const fd = tryOpenProcess(pid);
  if (fd === undefined) return false;
  try {
    return isMeant() && killProcess(fd) && waitReadable(fd, patienceMs);
  } finally {
    closeDescriptor(fd);
  }
}
