/** Whose a command on a node is: what passwd(5) knows of a user, and what of it the environment says. */
import { delimiter } from 'node:path';
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

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * npx lays the commands of all packages over those of the system: an `nft` that is none of the kernel's
 * is among them. A command on a node is looked for where its user would find it.
 */
export function withoutNpx(env: Environment): Environment {
  if (env['npm_command'] === undefined) return env;
  const folders = (env['PATH'] ?? '').split(delimiter);
  const own = folders.filter((folder) => !/node_modules\/\.bin$|node-gyp-bin$/.test(folder));
  return { ...env, PATH: own.join(delimiter) };
}

/** The caller's own, where sudo has put root's. */
export function environmentOf(account: UserAccount | undefined, env: Environment): Environment {
  if (account === undefined) return env;
  const { name, home, shell } = account;
  return { ...env, USER: name, LOGNAME: name, HOME: home, SHELL: shell };
}
