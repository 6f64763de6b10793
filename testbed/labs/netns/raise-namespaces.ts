/** Namespaces, with what they are told before there is anything in them. */
import { writeFileSync } from 'node:fs';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import type { RigNode } from '../../plan/rig.ts';
import type { RigSysctl } from '../../plan/rig-sysctls.ts';
import { pinNamespace } from '../ledger/namespace-pins.ts';
import { isRootless } from './rootless.ts';

export function raiseNamespace({ namespace: name, sysctls }: RigNode): NetworkNamespace {
  const namespace = NetworkNamespace.create();
  pinNamespace(namespace, name);
  runInNamespace(namespace, () => writeSysctls(sysctls));
  return namespace;
}

/** /proc/sys/net is that of the thread's namespace. */
export function writeSysctls(sysctls: readonly RigSysctl[]): void {
  for (const { path, value } of sysctls) {
    writeFileSync(`/proc/sys/${path}`, path === pingGroups ? mappedGroups(value) : value);
  }
}

const pingGroups = 'net/ipv4/ping_group_range';

/** Of a user namespace that has one group only, no others can be named. */
function mappedGroups(value: string): string {
  return isRootless() ? '0 0' : value;
}
