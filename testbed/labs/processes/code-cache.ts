/** Where Node keeps what it compiled of our code: a process that finds it there starts in half the time. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

export function codeCacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'ropewalk', 'code');
}
