/** What is said between whoever drives a Mininet host and our agent there, each as one framed message. */
import type { TraceRecord } from '../../../../src/trace/record.ts';
import type { Plan } from '../../../plan/plan.ts';
import type { ChangeModel } from '../../../schema/model.ts';
import type { KernelHas } from '../../ground/kernel-has.ts';
import type { PackedError } from '../../keep/packed-error.ts';
import type { DriveEnd } from '../../lab.ts';
import type { CollectedRun } from '../../ledger/collect-garbage.ts';

export interface SentFile {
  /** Relative: to the scenario's folder there, or to that for output here. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

export interface LabOrder {
  readonly plan: Plan;
  readonly captures: boolean;
  readonly keepsOutput: boolean;
  readonly files: readonly SentFile[];
}

export type Order =
  | { readonly kind: 'up'; readonly order: LabOrder }
  | { readonly kind: 'start'; readonly program: string }
  | { readonly kind: 'at'; readonly id: number; readonly timeNs: number }
  | { readonly kind: 'apply'; readonly change: ChangeModel }
  | { readonly kind: 'drive'; readonly limitNs: number }
  | { readonly kind: 'interrupt' | 'halt' | 'settle' | 'down' | 'collect' | 'alive' };

/** `lab`: which of the labs that the agent raises; 0 for what concerns none. */
export interface Addressed<Body> {
  readonly lab: number;
  readonly body: Body;
}

export type Word =
  | { readonly kind: 'hello'; readonly facts: AgentFacts }
  | { readonly kind: 'stands'; readonly nowNs: number; readonly runId: string }
  | { readonly kind: 'records'; readonly records: readonly TraceRecord[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'due'; readonly id: number; readonly nowNs: number }
  | { readonly kind: 'drove'; readonly end: DriveEnd }
  | { readonly kind: 'settled' | 'alive' }
  | { readonly kind: 'gone'; readonly files: readonly SentFile[] }
  | { readonly kind: 'collected'; readonly runs: readonly CollectedRun[] }
  | { readonly kind: 'failed'; readonly problem: PackedError };

/** What the machine there gives the lab. */
export interface AgentFacts {
  readonly isRoot: boolean;
  readonly hasTun: boolean;
  readonly hasMptcp: boolean;
  readonly kernel: KernelHas;
  /** All commands by name. */
  readonly tools: readonly string[];
  readonly bootId: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly kernel: string;
    readonly node: string;
  };
}

/** So long one of the two may be silent before the other takes it for gone: a slow machine that is busy is, for half a minute. */
export const silenceMs = 60_000;
export const aliveEveryMs = 4_000;
