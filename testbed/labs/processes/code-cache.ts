/** Where Node keeps what it compiled of our code: a process that finds it there starts in half the time. */
import { join } from 'node:path';
import process from 'node:process';
import { cacheFolder } from '../cache-folder.ts';
import { makeForCaller } from '../caller.ts';

export function codeCacheFolder(): string {
  const folder = join(cacheFolder(process.env), 'code');
  try {
    // Each user has a folder of their own in it, which Node makes; it would make the ones above root's.
    makeForCaller(folder);
  } catch {
    // Without it nothing is kept.
  }
  return folder;
}
