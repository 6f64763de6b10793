/** What drives the machines, and the same for every lab: `sim`, `netns`, `docker`, `mininet`. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { Plan, PlannedProgram } from '../plan/plan.ts';
import type { ChangeModel } from '../schema/model.ts';
import type { CalibratedSetting } from '../schema/result.ts';

export const labNames = ['sim', 'netns', 'docker', 'mininet'] as const;
export type LabName = (typeof labNames)[number];

export interface LabOptions {
  /** Called for each record, in the order in which they happen, at the moment they happen. */
  readonly onRecord: (record: TraceRecord) => void;
  /** Every frame of every link goes here too, as pcapng; undefined: no capture. */
  readonly capture: CaptureSink | undefined;
  /** Records `link.series` are written: what each link carried, over time. */
  readonly series?: boolean;
  /** For what programs print and write; who writes there makes it. Undefined: it is not kept. */
  readonly outputFolder?: string | undefined;
  /** Of the scenario's file: what the relative paths of commands count from. */
  readonly scenarioFolder?: string | undefined;
}

export interface CaptureSink {
  /** The bytes are others once it has returned. */
  write(bytes: Uint8Array): void;
}

/** Something that a plan asks for and this lab can't do, named before anything starts. */
export interface Lack {
  /** `uplink runs ./mystack, a program of its own` */
  readonly what: string;
  /** `the netns, docker and mininet labs can: add --lab netns` */
  readonly remedy: string;
}

export interface Lab {
  readonly name: LabName;
  /** Empty: it can be run. Otherwise its expectations are `unsupported` rows. */
  lacks(plan: Plan): readonly Lack[];
  /**
   * Why nothing that is measured on this plan could be believed, as one sentence: the rig was looked at,
   * and is off. Left out: there is nothing to doubt.
   */
  doubt?(plan: Plan): Promise<string | undefined>;
  /** What it has found of itself so far, while it was asked for doubts. */
  found?(): readonly CalibratedSetting[];
  /** Resolves when every node and link stands; nothing runs on them yet. */
  up(plan: Plan, options: LabOptions): Promise<LiveLab>;
}

/**
 * A topology that stands. Programs say through records what becomes of them: `program.ready`,
 * `program.finished`, `program.failed{reason}`, each with the program's `id`. Of a command of somebody
 * else's comes before them `program.exited{code, signal}`, with `stdout` and `stderr` where something
 * is read of it; and `program.unsupported{reason}` where it said (by exit code 127, or by not being
 * there) that it cannot be run here.
 */
export interface LiveLab extends AsyncDisposable {
  /** Nanoseconds since the run's start. */
  nowNs(): number;
  start(program: PlannedProgram): void;
  /** Calls back at that time of the run (at once if it has passed). */
  at(timeNs: number, action: () => void): void;
  apply(change: ChangeModel): void;
  /** What stands before a change, as the change that brings it back. */
  inverseOf(change: ChangeModel): ChangeModel;
  /** Lets time pass until `halt` is called, the run's time is `limitNs`, or nothing is left to happen. */
  drive(limitNs: number, signal: AbortSignal): Promise<DriveEnd>;
  halt(): void;
  /** Stops every program and writes a `link.counters` record for each direction. */
  settle(): Promise<void>;
}

export type DriveEnd =
  | 'halted'
  /** Nothing is left that could happen: no frame, no timer. */
  | 'idle'
  | 'limit'
  | 'interrupted';
