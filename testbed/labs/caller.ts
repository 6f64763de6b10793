/** Who called sudo: what is written under it shall be theirs. */
import { lchownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined: whoever runs this is who called it. */
export function callerHere(): SystemUser | undefined {
  return findCaller(process.env, process.getuid?.());
}

export function findCaller(
  env: Readonly<Record<string, string | undefined>>,
  ownUid: number | undefined,
): SystemUser | undefined {
  const uid = Number(env['SUDO_UID']);
  const gid = Number(env['SUDO_GID']);
  const isCalled = ownUid === 0 && uid > 0 && Number.isInteger(uid) && Number.isInteger(gid);
  return isCalled ? { uid, gid } : undefined;
}

/** A file or folder that this process made, without what is in it; a link and not what it leads to. */
export function giveToCaller(path: string, caller = callerHere()): void {
  if (caller !== undefined) lchownSync(path, caller.uid, caller.gid);
}

/** With those of its parents that are not there yet. */
export function makeForCaller(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first !== undefined) giveTreeToCaller(first);
}

/** With all that is in it. */
export function giveTreeToCaller(folder: string): void {
  const caller = callerHere();
  if (caller === undefined) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    giveToCaller(join(folder, name), caller);
  }
  giveToCaller(folder, caller);
}
