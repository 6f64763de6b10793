/** Where what was learned of this machine is kept between runs: in the user's cache, never in a checkout. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** As the XDG base directory specification says: a relative path in the variable is ignored. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME: stated = '' } = env;
  return join(isAbsolute(stated) ? stated : join(homedir(), '.cache'), 'ropewalk');
}
