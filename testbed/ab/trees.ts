/** Checked-out revisions of a repository, with what they need to run. They go with their keeper. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';

export class Trees implements Disposable {
  readonly #repository: string;
  readonly #build: string | undefined;
  readonly #folder: string;
  readonly #paths = new Map<string, string>();

  constructor(repository: string, build: string | undefined) {
    this.#repository = repositoryAt(repository);
    this.#build = build;
    this.#folder = mkdtempSync(join(tmpdir(), 'ropewalk-trees-'));
    // A second interrupt ends the process at once: they go then as well.
    process.once('exit', this.#remove);
  }

  /** The commit that a name stands for. */
  resolve(revision: string): string {
    const commit = git(this.#repository, [
      'rev-parse',
      '--verify',
      '--quiet',
      `${revision}^{commit}`,
    ]);
    if (commit === undefined || commit.trim() === '') {
      throw new InputError({
        code: 'unknown-revision',
        message: `${this.#repository} has no revision ${JSON.stringify(revision)}`,
        hint: 'name a commit, a tag or a branch: git log --oneline shows them',
      });
    }
    return commit.trim();
  }

  /** Those after `good` up to `bad`, the oldest first. */
  between(good: string, bad: string): string[] {
    const listed = git(this.#repository, [
      'rev-list',
      '--reverse',
      '--first-parent',
      `${good}..${bad}`,
    ]);
    return (listed ?? '').split('\n').filter((line) => line !== '');
  }

  subject(commit: string): string {
    return (
      git(this.#repository, ['show', '--no-patch', '--format=%h %an, %as: %s', commit]) ?? commit
    ).trim();
  }

  /** `side` keeps two trees of one commit apart. */
  open(commit: string, side: string): string {
    const name = `${side}-${commit.slice(0, 12)}`;
    const known = this.#paths.get(name);
    if (known !== undefined) return known;
    const path = join(this.#folder, name);
    execFileSync('git', [
      '-C',
      this.#repository,
      'worktree',
      'add',
      '--quiet',
      '--detach',
      path,
      commit,
    ]);
    this.#paths.set(name, path);
    this.#provide(path);
    return path;
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove);
    this.#remove();
  }

  #remove = (): void => {
    for (const path of this.#paths.values()) {
      git(this.#repository, ['worktree', 'remove', '--force', path]);
    }
    rmSync(this.#folder, { recursive: true, force: true });
    git(this.#repository, ['worktree', 'prune']);
  };

  /** The packages of this checkout where they are the same; else its own are fetched. */
  #provide(path: string): void {
    const lock = 'package-lock.json';
    const modules = join(this.#repository, 'node_modules');
    if (existsSync(join(path, lock)) && !existsSync(join(path, 'node_modules'))) {
      if (existsSync(modules) && isSame(join(path, lock), join(this.#repository, lock))) {
        symlinkSync(modules, join(path, 'node_modules'));
      } else run(path, 'npm install --no-save --no-audit --no-fund --loglevel=error');
    }
    if (this.#build !== undefined) run(path, this.#build);
  }
}

function repositoryAt(folder: string): string {
  const top = git(folder, ['rev-parse', '--show-toplevel'])?.trim();
  if (top !== undefined && top !== '') return top;
  throw new InputError({
    code: 'no-repository',
    message: `${folder} is not within a git repository`,
    hint: 'call it within one, or name one with --repo',
  });
}

function run(folder: string, command: string): void {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return;
  const lines = `${stdout}${stderr}`.trimEnd().split('\n').slice(-20).join('\n');
  throw new InputError({
    code: 'build-failed',
    message: `${JSON.stringify(command)} failed in a tree of the revision:\n${lines}`,
    hint: 'try it there yourself: git worktree add',
  });
}

function isSame(one: string, other: string): boolean {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}

function git(folder: string, words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...words], { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}
