/** What outlives a controller that is killed: a file of its folder, written whole or not at all. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../multicast/snapshot.ts';

const name = 'state.json';

export function remember(folder: string, snapshot: Snapshot): void {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, JSON.stringify(snapshot), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Undefined: nothing is remembered, or it can't be read. */
export function recall(folder: string): Snapshot | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Snapshot;
  } catch {
    return undefined;
  }
}
