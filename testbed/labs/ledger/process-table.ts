/** What /proc tells of processes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';

/** Clock ticks since boot, which with the number names a process for good; undefined: it is not there. */
export function startTimeOf(pid: number): number | undefined {
  const text = readProcess(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (text === undefined) return undefined;
  // proc(5): the 22nd field; the second, in brackets, may hold blanks and brackets.
  const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : Number(fields[18]);
}

/** The processes whose network namespace is one of these. */
export function processesIn(namespaces: ReadonlySet<string>): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => isIn(pid, namespaces));
}

/** The processes that were started with this variable in their environment. */
export function processesWith(variable: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => hasVariable(pid, variable));
}

export function hasVariable(pid: number, variable: string): boolean {
  const environment = readProcess(() => readFileSync(`/proc/${pid}/environ`, 'utf8'));
  return environment?.split('\0').includes(variable) ?? false;
}

export function isIn(pid: number, namespaces: ReadonlySet<string>): boolean {
  const identity = readProcess(() => identityOf(`/proc/${pid}/ns/net`));
  return identity !== undefined && namespaces.has(identity);
}

/** Device and inode, by which a namespace is the same under any path; undefined: nothing is there. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/** Undefined: the process ended meanwhile, or is not ours to look at. */
function readProcess<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const expected = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];
    if (expected.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
