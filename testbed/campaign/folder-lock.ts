/** One run at a time writes into a folder: a file says who, and a dead owner's is taken over. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { InputError } from '../../src/base/errors.ts';

interface Owner {
  readonly pid: number;
  /** Since the machine's boot, in its ticks; tells a process from a later one of the same number. */
  readonly startTicks: string | undefined;
  readonly host: string;
  readonly since: string;
}

export interface FolderLock {
  release(): void;
}

const lockName = '.ropewalk-lock';

/** The folder must be there. */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, lockName);
  const mine = describeOwner();
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, mine);
    while (!linkOnce(draft, path)) takeStale(folder, path);
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release: () => {
      if (readText(path) === mine) rmSync(path, { force: true });
    },
  };
}

function describeOwner(): string {
  const { pid } = process;
  const owner: Owner = {
    pid,
    startTicks: startTicksOf(pid),
    host: hostname(),
    since: new Date().toISOString(),
  };
  return `${JSON.stringify(owner)}\n`;
}

/** A link appears whole, with its text, and only where nothing is: of two, one gets it. */
function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Two may find the same dead owner. A second link to the lock, at a name of which there is one, says
 * which of them takes it away; what that link shows is what the lock was then.
 */
function takeStale(folder: string, path: string): void {
  const found = readText(path);
  if (found === undefined) return;
  const owner = readOwner(found);
  if (owner === undefined || isAlive(owner)) throw inUse(folder, path, owner);
  const taken = `${path}.taken`;
  if (!linkOnce(path, taken)) throw inUse(folder, taken, undefined);
  try {
    if (readText(taken) === found) rmSync(path);
  } finally {
    rmSync(taken, { force: true });
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readOwner(text: string): Owner | undefined {
  try {
    const owner: Owner = JSON.parse(text);
    return Number.isInteger(owner.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Of another machine nothing can be known: it is taken to be alive. */
function isAlive({ pid, startTicks, host }: Owner): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startTicks === undefined || startTicks === startTicksOf(pid);
}

/** proc_pid_stat(5): field 22, counted behind the command's name, which may hold anything. */
function startTicksOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function inUse(folder: string, path: string, owner: Owner | undefined): InputError {
  const who =
    owner === undefined
      ? 'another run'
      : `process ${owner.pid} on ${owner.host} since ${owner.since}`;
  return new InputError({
    code: 'folder-in-use',
    message: `${folder} is being written by ${who}`,
    hint: `wait for it, or name another folder with --out; if no such run is left, delete ${path}`,
  });
}
