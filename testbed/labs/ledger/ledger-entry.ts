/** Something that stays behind when the process that made it is killed. */
export type LedgerEntry =
  /** At /run/netns; it goes with all that is in it, and the processes there are killed first. */
  | { readonly kind: 'namespace'; readonly name: string }
  /** Killed, if it is still the one that began then: clock ticks since boot, of /proc/PID/stat. */
  | { readonly kind: 'process'; readonly pid: number; readonly startTime: number }
  | { readonly kind: 'mount' | 'file' | 'folder'; readonly path: string }
  /** Lent to a namespace of the run, and given back as it was. */
  | LentInterface
  /** Removed with all that runs in it, if it bears this run's label. */
  | EngineEntry
  /** One that is being made: it is struck when it stands, and is not the run's any more. */
  | { readonly kind: 'image'; readonly name: string; readonly socketPath: string };

export interface LentInterface {
  readonly kind: 'interface';
  readonly name: string;
  /** Where it is now: the name of its pin. */
  readonly namespace: string;
  readonly state: InterfaceState;
}

/** What is lost when an interface goes to another namespace; words for ip(8). */
export interface InterfaceState {
  readonly isUp: boolean;
  readonly mtuBytes: number;
  readonly addresses: readonly (readonly string[])[];
  readonly routes: readonly (readonly string[])[];
  /** By what ethtool calls them, those that we turn off. */
  readonly offloads: readonly string[];
}

export interface EngineEntry {
  readonly kind: 'container';
  readonly name: string;
  readonly runId: string;
  readonly image: string;
  /** Of its engine. */
  readonly socketPath: string;
}

/** Two entries that are equal as text are one. */
export function entryText(entry: LedgerEntry): string {
  switch (entry.kind) {
    case 'namespace':
      return `namespace ${entry.name}`;
    case 'process':
      return `process ${entry.pid}, begun at tick ${entry.startTime}`;
    case 'interface':
      return `interface ${entry.name} in ${entry.namespace}`;
    case 'mount':
    case 'file':
    case 'folder':
      return `${entry.kind} ${entry.path}`;
    case 'container':
    case 'image':
      return `${entry.kind} ${entry.name} of ${entry.socketPath}`;
  }
}
