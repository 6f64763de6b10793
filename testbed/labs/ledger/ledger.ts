/**
 * What a run made that outlives its process, written down before it is made. Who finds the ledger of an
 * owner that is dead can take away exactly that.
 */

/** Something that stays behind when the process that made it is killed. */
export type LedgerEntry =
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'process'; readonly pid: number; readonly startTime: number }
  | { readonly kind: 'file' | 'folder' | 'mount'; readonly path: string };

export class Ledger implements AsyncDisposable {
  readonly runId: string;
  /** The run's own folder, which goes with the ledger: for hosts files, logs, sockets. */
  readonly folder: string;

  private constructor(runId: string, folder: string) {
    this.runId = runId;
    this.folder = folder;
  }

  /** Under a run id that no other run has. */
  static open(_kind: 'netns', runId: string): Ledger {
    return new Ledger(runId, `/run/ropewalk/${runId}`);
  }

  /** Before it is made. */
  note(..._entries: readonly LedgerEntry[]): void {}

  /** Once it is gone. */
  strike(..._entries: readonly LedgerEntry[]): void {}

  /** The folder goes, unless something in the ledger still stands. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
