/** What the namespaces of a rig's nodes belong to: nobody but the run, or a container each. */
import type { NetworkNamespace } from '../../../src/linux/network-namespace.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Rig, RigNode } from '../../plan/rig.ts';
import type { LabOptions } from '../lab.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { NodeSite } from '../processes/node-site.ts';

/** Of a node: its pin, and what it reads as /etc/hosts. */
export interface NodePaths {
  namespacePathOf(node: string): string;
  hostsPathOf(node: string): string;
}

/** Each is pinned afterwards, and has the settings that come before devices. */
export type RaiseNodes = (
  nodes: readonly RigNode[],
  into: Map<string, NetworkNamespace>,
  paths: NodePaths,
) => void | Promise<void>;

export interface Ground extends AsyncDisposable {
  readonly raise: RaiseNodes;
  /** It raises the cables with the nodes. */
  readonly laysCables?: boolean;
  /** Once it was raised. */
  siteOn(node: string, paths: NodePaths): NodeSite;
  /** Undefined: the node is a namespace and no more. */
  containerOn(node: string): ContainerName | undefined;
}

export interface ContainerName {
  readonly id: string;
  /** Of its engine. */
  readonly socketPath: string;
  /** Of its first process, on this machine. */
  readonly pid: number;
}

export interface GroundParts extends Pick<LabOptions, 'outputFolder' | 'scenarioFolder'> {
  readonly plan: Plan;
  readonly rig: Rig;
  readonly ledger: Ledger;
}
