/** The folder that all runs of a user share, each with a folder of its own in it. */
import { closeSync, fstatSync, mkdirSync, openSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { lockFile } from '../../../src/linux/file-lock.ts';

/** /run is root's; others have one that goes when they log out. */
export function runRoot(): string {
  const isRoot = process.getuid?.() === 0;
  const own = process.env['XDG_RUNTIME_DIR'] ?? `/tmp/ropewalk-${process.getuid?.()}`;
  return join(isRoot ? '/run' : own, 'ropewalk');
}

/**
 * While `action` runs, no other run begins, ends, or is looked at. It must be short, and must not await.
 * The folder goes with the last run.
 */
export function holdRoot<T>(root: string, action: () => T): T {
  const fd = openLocked(root);
  try {
    return action();
  } finally {
    removeIfEmpty(root);
    closeSync(fd);
  }
}

/** Who was before us may have removed the folder that we waited for. */
function openLocked(root: string): number {
  for (;;) {
    mkdirSync(root, { recursive: true, mode: 0o755 });
    const fd = openFolder(root);
    if (fd === undefined) continue;
    lockFile(fd);
    if (fstatSync(fd).ino === statSync(root, { throwIfNoEntry: false })?.ino) return fd;
    closeSync(fd);
  }
}

function openFolder(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const kept = ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY'];
    if (!kept.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
