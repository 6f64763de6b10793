/** Which commit a run is of, where it was called within a repository. */
import { spawnSync } from 'node:child_process';
import type { Revision } from '../schema/result.ts';

/** A repository of millions of files is not waited for. */
const patienceMs = 3_000;

/** Undefined: there is no repository, no commit in it, or no git. */
export function readRevision(folder: string): Revision | undefined {
  const commit = git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'])?.trim();
  if (commit === undefined || commit === '') return undefined;
  const changed = git(folder, ['status', '--porcelain', '--untracked-files=no']);
  return { commit, isDirty: changed !== undefined && changed.trim() !== '' };
}

function git(folder: string, words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...words], {
    encoding: 'utf8',
    timeout: patienceMs,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : undefined;
}
