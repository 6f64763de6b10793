/** What a verb is given beside its own options. */
import type { Terminal } from './terminal.ts';

export interface Session {
  readonly terminal: Terminal;
  /** As typed, with `ropewalk` first. */
  readonly command: readonly string[];
  readonly version: string;
  /** The exit code of 130 or 143, once interrupted. */
  interrupted(): number | undefined;
  /** The process exits with this code once everything is written. */
  exitWith(code: number): void;
}
