/** Processes that carry a mark in their environment: whatever started them, and whoever is their parent now. */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}

/** Of this machine's kernel; where there is no /proc nothing is found. */
export function findMarked(name: string): MarkedProcess[] {
  return pidsHere().flatMap((pid) => {
    const variables = readWords(`/proc/${pid}/environ`);
    if (pid === process.pid || !variables.includes(`${name}=1`)) return [];
    return [{ pid, command: readWords(`/proc/${pid}/cmdline`).join(' ') }];
  });
}

/** Those that were found, as they end by themselves or are killed: none is left. */
export function killMarked(name: string): MarkedProcess[] {
  const found = findMarked(name);
  for (const { pid } of found) killOne(pid);
  return found;
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function pidsHere(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Empty: it went meanwhile, is a thread of the kernel's, or somebody else's. */
function readWords(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}
