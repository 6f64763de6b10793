/** Something that stays behind when the process that made it is killed. */
export type LedgerEntry =
  /** At /run/netns; it goes with all that is in it, and the processes there are killed first. */
  | { readonly kind: 'namespace'; readonly name: string }
  /** Killed, if it is still the one that began then: clock ticks since boot, of /proc/PID/stat. */
  | { readonly kind: 'process'; readonly pid: number; readonly startTime: number }
  | { readonly kind: 'mount' | 'file'; readonly path: string };

/** Two entries that are equal as text are one. */
export function entryText(entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'namespace':
      return `namespace ${entry.name}`;
    case 'process':
      return `process ${entry.pid}, begun at tick ${entry.startTime}`;
    case 'mount':
    case 'file':
      return `${entry.kind} ${entry.path}`;
  }
}
