/** The folder of a command's own in the run's: what it was given, and what it leaves. */
import { chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { SystemUser } from '../caller.ts';

export interface FolderOptions {
  /** Undefined: one of its own in `passingFolder`, that goes with it. */
  readonly path: string | undefined;
  readonly passingFolder: string;
  /** What relative paths count from. */
  readonly scenarioFolder: string;
  readonly files: readonly string[];
  /** Who writes there; undefined: whoever runs this. */
  readonly user: SystemUser | undefined;
}

export class ForeignFolder implements Disposable {
  readonly path: string;
  readonly #isPassing: boolean;

  /** Throws what the file system does: a file that is not there. */
  constructor({ path, passingFolder, scenarioFolder, files, user }: FolderOptions) {
    this.#isPassing = path === undefined;
    // The program stands in another folder than who starts it.
    this.path = path === undefined ? mkdtempSync(join(passingFolder, 'ropewalk-')) : resolve(path);
    mkdirSync(this.path, { recursive: true });
    for (const file of files) {
      const to = join(this.path, file);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(scenarioFolder, file), to, { recursive: true });
    }
    if (user !== undefined) giveTo(this.path, user);
  }

  [Symbol.dispose](): void {
    if (this.#isPassing) rmSync(this.path, { recursive: true, force: true });
  }
}

function giveTo(folder: string, { uid, gid }: SystemUser): void {
  chownSync(folder, uid, gid);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, name), uid, gid);
  }
}
