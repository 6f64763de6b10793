/** What a keeper and the verbs that work on its lab say to each other, each as one framed message. */
import type { Plan } from '../../plan/plan.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import type { ChangeModel, Engine, NodeKind } from '../../schema/model.ts';
import type { ContainerName } from '../ground/ground.ts';
import type { PackedError } from './packed-error.ts';

/** Labs whose time passes by itself, on this machine. */
export type KeepableLab = 'netns' | 'docker';

/** What a keeper is told to raise. */
export interface KeeperOrder {
  readonly lab: KeepableLab;
  /** Of the lab, by which the verbs find it. */
  readonly name: string;
  /** What was raised, as its user wrote it. */
  readonly file: string;
  /** Its programs are started with the lab. */
  readonly plan: Plan;
  readonly scenarioFolder: string;
  /** For what programs print. */
  readonly outputFolder: string;
}

/** What stands in the folder of a kept lab, for whoever looks for labs. */
export interface LabCard {
  readonly name: string;
  readonly runId: string;
  readonly file: string;
  /** Of the keeper. */
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

export type KeeperWord =
  | { readonly kind: 'stands'; readonly report: LabReport }
  | { readonly kind: 'failed'; readonly problem: PackedError };

export type KeeperRequest =
  | { readonly kind: 'report' }
  /** `forMs`: afterwards what stood before is restored. */
  | {
      readonly kind: 'change';
      readonly change: ChangeModel;
      readonly forMs: number | undefined;
    }
  /** Frames follow, until the asker closes the connection. */
  | { readonly kind: 'capture'; readonly links: readonly string[] }
  /** The answer comes when nothing is left. */
  | { readonly kind: 'down' };

export type KeeperReply =
  | { readonly kind: 'report'; readonly report: LabReport }
  | { readonly kind: 'done' }
  /** Of a pcapng file, in order. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly problem: PackedError };

/** An error on its way to another process; the class decides on the exit code. */
export interface LabReport {
  readonly card: LabCard;
  readonly nodes: readonly NodeReport[];
  readonly links: readonly LinkReport[];
  readonly programs: readonly ProgramReport[];
  /** Why links carry nothing any more; undefined: they do. */
  readonly broken: string | undefined;
}

export interface NodeReport {
  readonly name: string;
  readonly kind: NodeKind;
  /** Undefined: it is a machine of the hub, in which nothing can be started. */
  readonly place: NodePlace | undefined;
  readonly interfaces: readonly InterfaceReport[];
  readonly processes: readonly ProcessReport[];
}

/** What a process needs to stand on the node. */
export interface NodePlace {
  readonly namespace: string;
  readonly namespacePath: string;
  readonly hostsPath: string;
  /** Undefined: what stands on the node stands on this machine's files. */
  readonly container?: ContainerName | undefined;
}

export interface InterfaceReport {
  readonly link: string;
  /** `192.168.0.2/29` */
  readonly addresses: readonly string[];
}

export interface ProcessReport {
  readonly pid: number;
  readonly command: string;
}

export interface LinkReport {
  readonly name: string;
  readonly between: readonly [string, string];
  readonly engine: Engine;
  /** As they are now, by the node that the direction leads to. */
  readonly toward: Readonly<Record<string, DirectionSettings>>;
}

export interface ProgramReport {
  readonly id: string;
  readonly node: string;
  readonly run: string;
  /** `ready`, `finished`, or why it failed. */
  readonly state: string;
}
