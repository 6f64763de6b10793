/** Namespaces, with what they are told before there is anything in them. */
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import type { RigNode } from '../../plan/rig.ts';
import { pinNamespace } from '../ledger/namespace-pins.ts';
import { SysctlWriter } from './sysctl-writer.ts';

function raiseNamespaces(nodes: readonly RigNode[], into: Map<string, NetworkNamespace>): void {
  using writer = new SysctlWriter();
  for (const { node, namespace: name, sysctls } of nodes) {
    const namespace = NetworkNamespace.create();
    into.set(node, namespace);
    pinNamespace(namespace, name);
    runInNamespace(namespace, () => writer.write(sysctls));
  }
}

/** The least that a rig stands on. */
export const bareNamespaces = { raise: raiseNamespaces } as const;
