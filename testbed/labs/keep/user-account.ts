/** What passwd(5) knows of a user. */
import type { SystemUser } from '../caller.ts';

export interface UserAccount extends SystemUser {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** `text` is the content of /etc/passwd; undefined: the user is not in it. */
export function findAccount(text: string, { uid, gid }: SystemUser): UserAccount | undefined {
  const rows = text.split('\n').map((line) => line.split(':'));
  const row = rows.find((fields) => fields.length === 7 && Number(fields[2]) === uid);
  if (row === undefined) return undefined;
  return { uid, gid, name: row[0]!, home: row[5]!, shell: row[6]! };
}

/** The caller's own, where sudo has put root's. */
export function environmentOf(
  account: UserAccount | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  if (account === undefined) return env;
  const { name, home, shell } = account;
  return { ...env, USER: name, LOGNAME: name, HOME: home, SHELL: shell };
}
