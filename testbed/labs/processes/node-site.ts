/** Where the programs of a node run, and on whose files: this machine's, or those of a container. */
import type { RunningProcess, StartOptions } from './running-process.ts';

/** Of `src/cli`: what a lab starts of ours on a node. */
export type EntryPoint = 'run-program' | 'interface-daemon';

export interface NodeSite {
  /** One of ours, on Node. Its descriptors from 3 on are opened with `src/runtime/channel.ts`. */
  startOurs(entryPoint: EntryPoint, options: OurOptions): RunningProcess;
  /** Somebody else's: it sees the node's `/etc/hosts` and devices. */
  startForeign(options: StartOptions): RunningProcess;
  /** What a program of the system finds on its PATH there. */
  readonly toolPath: string;
  /** Where the folders of commands are made that nobody keeps; the same path there and here. */
  readonly passingFolder: string;
  /** Where a command of that name is; as it is called where only the start can tell. */
  findTool(name: string): string | undefined;
}

export type OurOptions = Omit<StartOptions, 'argv' | 'env' | 'cwd' | 'onLine'>;
