/**
 * What a lab says to the process that runs one program for it, and what comes back. On the control
 * descriptor: the order as one line of JSON; the process answers `standing-by` once all of it is
 * loaded; `begin` then starts the program at once, and `stop`, or the end of the stream, ends it. On
 * the other descriptor: its records, a line each.
 */
import type { Settings } from '../host/program.ts';
import type { MonotonicTime } from './run-clock.ts';

export const programDescriptor = { control: 3, records: 4 } as const;

export const controlWord = { standingBy: 'standing-by', begin: 'begin', stop: 'stop' } as const;

/** What sets bridges up, logs on by 802.1X, or writes frames of its own, also where the stack is the kernel's. */
export const programsOfRoot: readonly string[] = [
  'access-switch',
  'radius-server',
  'multicast-source',
  'subscriber',
];

export interface ProgramOrder {
  readonly id: string;
  /** The node's name in the topology. */
  readonly node: string;
  /** A name of the catalogue. */
  readonly run: string;
  readonly settings: Settings;
  readonly seed: number;
  /** Whose the node's interfaces are: with `own`, an interface daemon is there. */
  readonly stack: 'kernel' | 'own';
  readonly traffic: string | undefined;
  /** When the run started, on this machine's monotonic clock. */
  readonly start: MonotonicTime;
}

/** What the process exits with; others than these come from Node or from a signal. */
export const programExit = {
  stopped: 0,
  /** It said `program.failed` before. */
  crashed: 3,
  misordered: 4,
} as const;

export function emitOrder(order: ProgramOrder): string {
  return `${JSON.stringify(order)}\n`;
}
