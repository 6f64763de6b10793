/**
 * All that a kernel must be told so that a plan stands on it: namespaces, devices, addresses, routes,
 * rules. Nothing is left to choose; who applies it looks nothing up. What is the hub's own (switches and
 * NAT boxes of the model) is not in it.
 */

import type { Ip } from '../../src/base/address.ts';
import type { Mac } from '../../src/base/mac.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import type { Plan, PlannedLink, PlannedNode } from './plan.ts';
import { deviceNamesOf } from './rig-device-names.ts';
import { isCarriedByHub } from './rig-places.ts';

export interface Rig {
  /** Part of every name that the run gives to something which others can see. */
  readonly runId: string;
  readonly nodes: readonly RigNode[];
  /** Veth pairs: the links that do not pass the hub. */
  readonly cables: readonly RigCable[];
}

export interface RigNode {
  readonly node: string;
  /** `rw-k3f9-7`: a node's own name may hold brackets, and two runs may have one each. */
  readonly namespace: string;
  readonly devices: readonly RigDevice[];
  readonly routes: readonly RigRoute[];
  /** The content of its `/etc/hosts`. */
  readonly hosts: string;
}

export interface RigDevice {
  /** The plan's name for it, which is the link's. */
  readonly interface: string;
  /** What the kernel calls it: at most 15 characters. */
  readonly device: string;
  /** The interface's whole name, where the kernel's is shorter. */
  readonly alternativeName: string | undefined;
  /** A TAP device that the hub opens, or an end of a cable. */
  readonly kind: 'tap' | 'veth';
  readonly mac: Mac;
  readonly mtuBytes: number;
  /** Empty where the interface is `own`: the kernel has no address there. */
  readonly addresses: readonly Prefix[];
  readonly stack: 'kernel' | 'own';
}

export interface RigRoute {
  readonly prefix: Prefix;
  readonly device: string;
  /** Undefined: the destination is on the link itself. */
  readonly gateway: Ip | undefined;
  readonly metric: number;
}

export interface RigCable {
  readonly link: string;
  readonly ends: readonly [RigCableEnd, RigCableEnd];
}

export interface RigCableEnd {
  readonly node: string;
  readonly device: string;
}

export function rigOf(plan: Plan, runId: string): Rig {
  const links = new Map(plan.links.map((link) => [link.name, link]));
  const standing = plan.nodes.filter((node) => !isCarriedByHub(node, links));
  const nodes = standing.map((node, index) => rigNode(node, `rw-${runId}-${index}`, links));
  return { runId, nodes, cables: cablesOf(plan.links, nodes) };
}

function rigNode(
  node: PlannedNode,
  namespace: string,
  links: ReadonlyMap<string, PlannedLink>,
): RigNode {
  const names = deviceNamesOf(node.interfaces.map(({ name }) => name));
  const devices = node.interfaces.map(({ name, link, mac, mtuBytes, addresses, stack }) => {
    const device = names.get(name)!;
    return {
      interface: name,
      device,
      alternativeName: device === name ? undefined : name,
      kind: links.get(link)!.engine === 'model' ? ('tap' as const) : ('veth' as const),
      mac,
      mtuBytes,
      addresses: stack === 'own' ? [] : addresses,
      stack,
    };
  });
  const routes = node.routes.map(({ prefix, interface: by, gateway, metric }) => ({
    prefix,
    device: names.get(by)!,
    gateway,
    metric,
  }));
  return { node: node.name, namespace, devices, routes, hosts: '' };
}

function cablesOf(links: readonly PlannedLink[], nodes: readonly RigNode[]): RigCable[] {
  const byName = new Map(nodes.map((node) => [node.node, node]));
  return links
    .filter(({ engine }) => engine !== 'model')
    .map(({ name, ends }) => {
      const [one, other] = ends.map(({ node, interface: wanted }) => ({
        node,
        device: byName.get(node)!.devices.find((device) => device.interface === wanted)!.device,
      }));
      return { link: name, ends: [one!, other!] as const };
    });
}
