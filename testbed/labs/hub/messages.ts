/** What the orchestrator and the hub say to each other over the hub's control descriptor. */
import type { MonotonicTime } from '../../../src/runtime/run-clock.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedLink, PlannedNode, PlannedWatch } from '../../plan/plan.ts';
import type { ChangeModel } from '../../schema/model.ts';
import type { HubPort } from './hub-port.ts';
import type { ProbedLink } from './probe-run.ts';

/** What the hub is to carry: links whose engine is `model`, and every node that one of them ends at. */
export interface HubNetwork {
  readonly seed: number;
  readonly nodes: readonly PlannedNode[];
  readonly links: readonly PlannedLink[];
  /** A node with ports stands in the kernel; one without is a machine of the hub: a switch, a NAT box. */
  readonly ports: readonly HubPort[];
  /** Flows that are followed at the ends of these links; left out: none. */
  readonly watches?: readonly PlannedWatch[];
  /** Records `link.series` are written when it settles. */
  readonly series?: boolean;
  /** From the first frame on, every frame of every link goes there. */
  readonly capturePath?: string;
}

export interface CaptureOrder {
  readonly path: string;
  /** Left out: all links. */
  readonly links?: readonly string[];
}

export type HubRequest =
  | { readonly kind: 'open'; readonly start: MonotonicTime; readonly network: HubNetwork }
  | { readonly kind: 'change'; readonly change: ChangeModel }
  /** Undefined: no capture from now on; the file is whole when the answer comes. */
  | { readonly kind: 'capture'; readonly order: CaptureOrder | undefined }
  /** Answered when it is over: records `hub.probed` tell how late frames were over such links. */
  | { readonly kind: 'probe'; readonly links: readonly ProbedLink[]; readonly lastsNs: number }
  | { readonly kind: 'settle' };

export type HubReply =
  /** The process is up and reads requests. */
  | { readonly kind: 'ready' }
  /** To each request: done, in the order in which they were asked. */
  | { readonly kind: 'done' }
  /** To `capture`, where its file can't be written: instead of `done`. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'records'; readonly records: readonly TraceRecord[] }
  /** The last word: what an error was, and the process ends. */
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    };
