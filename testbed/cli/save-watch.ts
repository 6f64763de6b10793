/** Hears when one of some files is saved, from the moment on at which it is asked to. */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** An editor writes a file in several steps, and often another one that takes its name. */
const settleMs = 40;

/** Folders are watched, for a file that is replaced is another file. */
export class SaveWatch implements Disposable {
  /** False: nobody waits any more. */
  readonly saved: Promise<boolean>;
  /** When it was heard that the first of them was saved, on the clock of `performance.now`. */
  heardMs: number | undefined;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #names = new Set<string>();
  readonly #note: () => void;

  constructor(files: readonly string[], signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let settled: NodeJS.Timeout | undefined;
    this.saved = promise;
    this.#note = () => {
      this.heardMs ??= performance.now();
      clearTimeout(settled);
      settled = setTimeout(() => resolve(true), settleMs);
    };
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
    this.add(files);
  }

  add(files: readonly string[]): void {
    for (const file of files) {
      this.#names.add(file);
      const folder = dirname(file);
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, (_, name) => this.#heard(folder, name));
      // A folder that goes is not heard any more; its files are read again at the next save.
      watcher.on('error', () => {});
      this.#watchers.set(folder, watcher);
    }
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }

  #heard(folder: string, name: string | null): void {
    const isOurs = [...this.#names].some(
      (file) => dirname(file) === folder && basename(file) === name,
    );
    if (isOurs) this.#note();
  }
}
