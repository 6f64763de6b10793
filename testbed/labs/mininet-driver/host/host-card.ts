/** Where a Mininet host that stands on this machine is found: its card is in the folder of its run. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../../ledger/process-table.ts';
import { runRoot } from '../../ledger/run-root.ts';

export interface HostCard {
  readonly runId: string;
  /** Of who keeps it, and when that began: clock ticks since boot. */
  readonly pid: number;
  readonly startTime: number;
  /** For `ssh -F`, with a host called `mininet` in it. */
  readonly configPath: string;
}

const cardFile = 'mininet-host.json';

export function leaveHostCard(folder: string, card: HostCard): void {
  const path = join(folder, cardFile);
  writeFileSync(`${path}.partial`, JSON.stringify(card));
  renameSync(`${path}.partial`, path);
}

/** Those whose keeper lives. */
export function findHostCards(root = runRoot()): HostCard[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => join(root, name, cardFile))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as HostCard)
    .filter(({ pid, startTime }) => startTimeOf(pid) === startTime);
}
