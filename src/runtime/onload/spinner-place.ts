/**
 * Who may spin: as many processes of this machine as it has processors. A place is a lock on a file, which
 * the kernel takes back when its holder ends.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { tryLockFile } from '../../linux/file-lock.ts';

const folder = '/run/ropewalk/spinners';

/** False: there are fewer processors than spinners would be. Kept until the process ends. */
export function takeSpinnerPlace(
  places: number = availableParallelism(),
  within: string = folder,
): boolean {
  try {
    mkdirSync(within, { recursive: true });
    return Array.from({ length: places }, (_, place) => `${within}/${place}`).some(takePlace);
  } catch {
    return false;
  }
}

function takePlace(path: string): boolean {
  const fd = openSync(path, 'a');
  const isMine = tryLockFile(fd);
  if (!isMine) closeSync(fd);
  return isMine;
}
