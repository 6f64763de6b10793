/**
 * What a run made that outlives its process, written down before it is made. Who finds the ledger of an
 * owner that is dead can take away exactly that. The owner lives as long as its lock on the file, which
 * the kernel lets go of however the process ends.
 */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { FaultError } from '../../../src/base/errors.ts';
import { tryLockFile } from '../../../src/linux/file-lock.ts';
import { entryText, type LedgerEntry } from './ledger-entry.ts';
import { formatLedgerLines, type LedgerKind, type LedgerLine } from './ledger-text.ts';
import { closePinFolder, openPinFolder } from './namespace-pins.ts';
import { startTimeOf } from './process-table.ts';
import { holdRoot, runRoot } from './run-root.ts';

export const ledgerFile = 'ledger.ndjson';

export class Ledger implements AsyncDisposable {
  readonly runId: string;
  /** The run's own folder, which goes with the ledger: for hosts files, logs, sockets. */
  readonly folder: string;
  readonly #root: string;
  readonly #fd: number;
  readonly #standing = new Map<string, LedgerEntry>();

  private constructor(root: string, runId: string) {
    this.runId = runId;
    this.#root = root;
    this.folder = join(root, runId);
    this.#fd = openSync(join(this.folder, ledgerFile), 'wx', 0o644);
  }

  /** Under a run id that no other run has. */
  static open(kind: LedgerKind, runId: string, root: string = runRoot()): Ledger {
    return holdRoot(root, () => {
      mkdirSync(join(root, runId), { mode: 0o755 });
      const ledger = new Ledger(root, runId);
      ledger.#lock();
      const { pid } = process;
      ledger.#write([{ owner: { kind, pid, startTime: startTimeOf(pid)! } }]);
      openPinFolder(root);
      return ledger;
    });
  }

  /** Before they are made. */
  note(...entries: readonly LedgerEntry[]): void {
    for (const entry of entries) this.#standing.set(entryText(entry), entry);
    this.#write(entries.map((note) => ({ note })));
  }

  /** Once they are gone. */
  strike(...entries: readonly LedgerEntry[]): void {
    for (const entry of entries) this.#standing.delete(entryText(entry));
    this.#write(entries.map((strike) => ({ strike })));
  }

  /** The folder goes, unless something in the ledger still stands: then it is left to `gc`. */
  async [Symbol.asyncDispose](): Promise<void> {
    holdRoot(this.#root, () => {
      if (this.#standing.size === 0) rmSync(this.folder, { recursive: true });
      closeSync(this.#fd);
      closePinFolder(this.#root);
    });
  }

  #lock(): void {
    if (tryLockFile(this.#fd)) return;
    throw new FaultError({
      code: 'ledger-taken',
      message: `somebody else holds the ledger in ${this.folder}, which was just made`,
    });
  }

  /** In one call, so that a kill leaves whole lines, but for the last. */
  #write(lines: readonly LedgerLine[]): void {
    if (lines.length > 0) writeSync(this.#fd, formatLedgerLines(lines));
  }
}
