/** Processes and the sockets that they hold, from /proc; who may not be looked at holds nothing. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';

export interface HeldInode {
  readonly fd: number;
  readonly inode: number;
}

export function listProcesses(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

const socketLink = /^socket:\[(\d+)\]$/;

/** Empty: it has none, is gone, or is somebody else's. */
export function socketsHeldBy(pid: number): HeldInode[] {
  const folder = `/proc/${pid}/fd`;
  return readNames(folder).flatMap((fd) => {
    const inode = inodeAt(`${folder}/${fd}`);
    return inode === undefined ? [] : [{ fd: Number(fd), inode }];
  });
}

function inodeAt(path: string): number | undefined {
  const found = socketLink.exec(tryRead(() => readlinkSync(path)) ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The network namespace of a process, by the inode that names it. */
export function namespaceOf(pid: number | 'self' | 'thread-self'): string | undefined {
  return tryRead(() => readlinkSync(`/proc/${pid}/ns/net`));
}

/** By what users, files and `ps` call it. The first is what it is shown as. */
export function namesOf(pid: number): readonly string[] {
  const words = (tryRead(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').split('\0');
  const file = basename(tryRead(() => readlinkSync(`/proc/${pid}/exe`)) ?? '').replace(
    / \(deleted\)$/,
    '',
  );
  const command = (tryRead(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? '').trim();
  const called = basename(words[0] ?? '');
  const script = interpreters.test(file) ? scriptAmong(words.slice(1)) : undefined;
  const names = [script, file, called, command].filter((name) => name !== undefined && name !== '');
  return [...new Set(names as string[])];
}

const interpreters = /^(?:node|bun|deno|python[\d.]*|ruby[\d.]*|perl[\d.]*|bash|dash|sh)$/;

/** The first word that is a file and no flag; what stands behind `-e` and `-c` is a program's text. */
function scriptAmong(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => !word.startsWith('-'));
  if (at < 0 || words[at] === '') return undefined;
  if (['-e', '-c', '-p', '--eval'].includes(words[at - 1] ?? '')) return undefined;
  return basename(words[at]!);
}

export const ownPid = process.pid;

function readNames(folder: string): string[] {
  return tryRead(() => readdirSync(folder)) ?? [];
}

/** A process may end at any time, and some are somebody else's. */
function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
