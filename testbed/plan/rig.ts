/**
 * All that a kernel must be told so that a plan stands on it: namespaces, devices, addresses, routes,
 * rules. Nothing is left to choose; who applies it looks nothing up. What is the hub's own (switches and
 * NAT boxes of the model) is not in it.
 */
import type { Ip } from '../../src/base/address.ts';
import type { Prefix } from '../../src/base/prefix.ts';
import type { Plan, PlannedLink, PlannedNode, PlannedRoute } from './plan.ts';
import { deviceNamesOf } from './rig-device-names.ts';
import { type RigDevice, rigDevice } from './rig-devices.ts';
import { hostsTexts } from './rig-hosts.ts';
import { natRules, natSysctls } from './rig-nat.ts';
import { neighboursOf, type RigNeighbour } from './rig-neighbours.ts';
import { isCarriedByHub } from './rig-places.ts';
import { nodeSysctls, type RigSysctl } from './rig-sysctls.ts';

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
  /** Written before there are devices, which take over what `default` says. */
  readonly sysctls: readonly RigSysctl[];
  readonly devices: readonly RigDevice[];
  /** Those of its own networks come with its addresses. */
  readonly routes: readonly RigRoute[];
  /** Of a NAT box of the kernel: what `nft -f` is given, as a whole. */
  readonly nft: string | undefined;
  /** The content of its `/etc/hosts`; alike for nodes that see the same. */
  readonly hosts: string;
  /** Of a foreign machine: the interface that leads there, which becomes a port of the bridge. */
  readonly hardware?: string | undefined;
  /** Its devices are ports of a bridge: a switch that is the kernel's, or the way to a foreign machine. */
  readonly isBridge: boolean;
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

interface Around {
  readonly links: ReadonlyMap<string, PlannedLink>;
  readonly ownLinks: ReadonlySet<string>;
  readonly hosts: ReadonlyMap<string, string>;
  readonly neighbours: ReadonlyMap<string, readonly RigNeighbour[]>;
}

export function rigOf(plan: Plan, runId: string): Rig {
  const links = new Map(plan.links.map((link) => [link.name, link]));
  const around = {
    links,
    ownLinks: linksWithOwnEnds(plan),
    hosts: hostsTexts(plan),
    neighbours: neighboursOf(plan),
  };
  const nodes = plan.nodes
    .filter((node) => !isCarriedByHub(node, links))
    .map((node, index) => rigNode(node, `rw-${runId}-${index}`, around));
  return { runId, nodes, cables: cablesOf(plan.links, nodes) };
}

function rigNode(node: PlannedNode, namespace: string, around: Around): RigNode {
  const { links, ownLinks } = around;
  const names = deviceNamesOf(node.interfaces.map(({ name }) => name));
  return {
    node: node.name,
    namespace,
    sysctls: [...nodeSysctls(node), ...(node.nat ? natSysctls(node.nat.settings) : [])],
    devices: node.interfaces.map((one) =>
      rigDevice(node, one, names.get(one.name)!, {
        link: links.get(one.link)!,
        hasOwnEnd: ownLinks.has(one.link),
        neighbours: around.neighbours.get(`${node.name} ${one.name}`) ?? [],
      }),
    ),
    routes: kernelRoutesOf(node).map(({ prefix, interface: by, gateway, metric }) => ({
      prefix,
      device: names.get(by)!,
      gateway,
      metric,
    })),
    nft: node.nat && natRules(node, names),
    hosts: around.hosts.get(node.name)!,
    ...(node.hardware !== undefined && { hardware: node.hardware }),
    isBridge: node.kind === 'switch' || node.kind === 'hardware',
  };
}

/** The routes of another stack's interfaces are that stack's. */
function kernelRoutesOf({ kind, routes, interfaces }: PlannedNode): PlannedRoute[] {
  if (kind === 'hardware') return [];
  const own = interfaces.filter(({ stack }) => stack === 'own').map(({ name }) => name);
  return routes.filter((route) => !own.includes(route.interface));
}

/** Routes by a device that is down can't be. */
export function startingRoutes({ routes, devices }: RigNode): RigRoute[] {
  const down = devices.filter(({ startsDown }) => startsDown).map(({ device }) => device);
  return routes.filter(({ device }) => !down.includes(device));
}

function linksWithOwnEnds(plan: Plan): Set<string> {
  const interfaces = plan.nodes.flatMap((node) => node.interfaces);
  return new Set(interfaces.filter(({ stack }) => stack === 'own').map(({ link }) => link));
}

function cablesOf(links: readonly PlannedLink[], nodes: readonly RigNode[]): RigCable[] {
  const devices = new Map(
    nodes.flatMap((node) =>
      node.devices.map((one) => [`${node.node} ${one.interface}`, one.device] as const),
    ),
  );
  return links
    .filter(({ engine }) => engine !== 'model')
    .map(({ name, ends }) => {
      const [one, other] = ends.map(({ node, interface: by }) => {
        return { node, device: devices.get(`${node} ${by}`)! };
      });
      return { link: name, ends: [one!, other!] as const };
    });
}
