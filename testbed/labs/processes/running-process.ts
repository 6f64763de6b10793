/** A process on a node, whatever the node is: started, heard, ended. */
import type { Duplex } from 'node:stream';
import type { SystemUser } from '../caller.ts';
import type { OnLine } from './output-log.ts';
import type { ProcessExit } from './process-exit.ts';

export interface StartOptions {
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string | undefined;
  /** Undefined: as this process. */
  readonly user?: SystemUser | undefined;
  /** Where its output goes; undefined: nowhere, but for the last lines. */
  readonly outputPath?: string | undefined;
  /** So many streams between it and us, which it has as its descriptors from 3 on. */
  readonly channels?: number;
  /** A line of stdout or stderr. */
  readonly onLine?: OnLine;
}

export interface RunningProcess extends AsyncDisposable {
  /** Resolves once, when it is gone and all that it wrote was read. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves when it runs, with the number of a process of its network namespace; 0: it never did. */
  readonly begun: Promise<number>;
  readonly channels: readonly Duplex[];
  /** Oldest first, 20 at most. */
  readonly lastLines: readonly string[];
  readonly isGone: boolean;
  /** SIGTERM, and SIGKILL where that is not heard. */
  stop(): Promise<ProcessExit>;
  /** Reaches its process group. Does nothing when it is gone. */
  signal(name: NodeJS.Signals): void;
}
