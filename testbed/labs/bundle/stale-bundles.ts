/** Bundles that nobody has asked for in a long time, and drafts whose maker is dead. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const mostDays = 7;
const msPerDay = 86_400_000;

export function removeStaleBundles(store: string, nowMs = Date.now()): void {
  for (const name of readdirSync(store)) {
    const folder = join(store, name);
    const [, maker] = name.split('.');
    const isStale =
      maker === undefined
        ? nowMs - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? nowMs) >
          mostDays * msPerDay
        : !existsSync(`/proc/${maker}`);
    if (isStale) rmSync(folder, { recursive: true, force: true });
  }
}
