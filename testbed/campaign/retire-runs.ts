/** Takes away what runs left that are old: only folders that a run wrote, and never one that is pinned. */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import { marker } from './folder.ts';
import { isMap, readStored } from './stored-json.ts';

const pin = '.ropewalk-pin';

export interface RetiredRun {
  readonly folder: string;
  readonly startedAt: string;
}

/** Folders of runs below `root`, that began before `beforeMs` (of the epoch); each goes as a whole. */
export function retireRuns(root: string, beforeMs: number): RetiredRun[] {
  return findRuns(root)
    .filter((folder) => !existsSync(join(folder, pin)))
    .map((folder) => ({ folder, startedAt: startOf(folder) }))
    .filter(({ startedAt }) => Date.parse(startedAt) < beforeMs)
    .map((run) => {
      rmSync(run.folder, { recursive: true });
      return run;
    });
}

/** A run that is pinned stays, however old. */
export function pinRun(folder: string, isPinned: boolean): void {
  if (!existsSync(join(folder, marker))) {
    throw new InputError({
      code: 'no-result',
      message: `${folder} is no folder that a run wrote`,
      hint: 'name one below reports/runs',
    });
  }
  if (isPinned) writeFileSync(join(folder, pin), 'ropewalk gc leaves this run alone.\n');
  else rmSync(join(folder, pin), { force: true });
}

function findRuns(root: string): string[] {
  if (!existsSync(root)) return [];
  if (existsSync(join(root, marker))) return [root];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => findRuns(join(root, name)));
}

/** As the result says; of a run that was cut off, when its folder was last touched. */
function startOf(folder: string): string {
  const result = readStored(folder, 'result.json', 'delete its folder');
  const run = isMap(result) && isMap(result['run']) ? result['run'] : {};
  const startedAt = run['startedAt'];
  return typeof startedAt === 'string' ? startedAt : statSync(folder).mtime.toISOString();
}
