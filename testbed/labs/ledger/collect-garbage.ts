/** Takes away what runs left behind that were killed: what their ledgers name, and nothing else. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tryLockFile } from '../../../src/linux/file-lock.ts';
import { listMountPoints } from '../../../src/linux/mount.ts';
import type { Removal } from '../docker/remove-from-engines.ts';
import { endProcessesOf } from './end-processes.ts';
import { ledgerFile } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { type LedgerOwner, readLedgerText } from './ledger-text.ts';
import { closePinFolder } from './namespace-pins.ts';
import { holdRoot, runRoot } from './run-root.ts';
import { isOfKernel, type KernelEntry, takeAway } from './take-away.ts';

export interface CollectedRun {
  readonly runId: string;
  /** Undefined: it was killed before it had signed its ledger. */
  readonly owner: LedgerOwner | undefined;
  /** What was still there of what the ledger names. */
  readonly removed: readonly LedgerEntry[];
  /** What an engine holds that does not run: the ledger stays until it does. */
  readonly left: readonly LedgerEntry[];
}

/** By whom a ledger is held, no one else collects it. */
interface DeadRun {
  readonly runId: string;
  readonly folder: string;
  readonly fd: number | undefined;
}

export async function collectGarbage(root: string = runRoot()): Promise<readonly CollectedRun[]> {
  if (!existsSync(root)) return [];
  const dead = holdRoot(root, () => findDeadRuns(root));
  const collected: CollectedRun[] = [];
  for (const run of dead) collected.push(await collectRun(run));
  if (existsSync(root)) holdRoot(root, () => closePinFolder(root));
  return collected;
}

function findDeadRuns(root: string): DeadRun[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders.flatMap(({ name }) => holdIfDead(name, join(root, name)));
}

function holdIfDead(runId: string, folder: string): DeadRun[] {
  const path = join(folder, ledgerFile);
  if (!existsSync(path)) return [{ runId, folder, fd: undefined }];
  const fd = openSync(path, 'r');
  if (tryLockFile(fd)) return [{ runId, folder, fd }];
  closeSync(fd);
  return [];
}

async function collectRun({ runId, folder, fd }: DeadRun): Promise<CollectedRun> {
  const text = fd === undefined ? '' : readFileSync(fd, 'utf8');
  const { owner, standing } = readLedgerText(text);
  const strays = endProcessesOf(runId).map((one) => ({ kind: 'process', ...one }) as const);
  const taken = [...strays, ...takeAway(standing.filter(isOfKernel))];
  const { removed, left } = await takeFromEngines(standing.filter((entry) => !isOfKernel(entry)));
  if (left.length === 0) removeFolder(folder);
  if (fd !== undefined) closeSync(fd);
  return { runId, owner, removed: [...taken, ...removed], left };
}

/** What somebody mounted in it, who is not in the ledger, is not ours to empty. */
function removeFolder(folder: string): void {
  const isMounted = listMountPoints().some((path) => path.startsWith(`${folder}/`));
  if (!isMounted) rmSync(folder, { recursive: true });
}

/** Loaded only where there is something to take: most machines have no engine. */
async function takeFromEngines(
  entries: readonly Exclude<LedgerEntry, KernelEntry>[],
): Promise<Removal> {
  if (entries.length === 0) return { removed: [], left: [] };
  const { removeFromEngines } = await import('../docker/remove-from-engines.ts');
  return removeFromEngines(entries);
}
