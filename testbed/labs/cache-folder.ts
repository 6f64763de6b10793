/** Where what was learned of this machine is kept between runs: in the user's cache, never in a checkout. */
import { renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import process from 'node:process';
import { giveToCaller, makeForCaller } from './caller.ts';

/** As the XDG base directory specification says: a relative path in the variable is ignored. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME: stated = '' } = env;
  return join(isAbsolute(stated) ? stated : join(homedir(), '.cache'), 'ropewalk');
}

/** What cannot be kept is measured again, so that nobody is told. Later runs without root write there too. */
export function keepInCache(path: string, text: string): void {
  try {
    makeForCaller(dirname(path));
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, text);
    giveToCaller(draft);
    renameSync(draft, path);
  } catch {
    // As above.
  }
}
