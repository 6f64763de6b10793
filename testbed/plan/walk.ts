/** The way of a packet through the planned tables, hop by hop. */
import { formatIp, type Ip } from '../../src/base/address.ts';
import { meanDelayNs } from './link-figures.ts';
import { farEnd, lookUp, type NetworkIndex, tableOf } from './network-index.ts';
import type { PlannedNode } from './plan.ts';

/** A link crossed in one direction; `toward` may be a switch. */
export interface LinkHop {
  readonly link: string;
  readonly toward: string;
}

export interface Walk {
  readonly kind: 'arrived';
  readonly node: string;
  readonly hops: readonly LinkHop[];
  /** NAT boxes passed from their outside to their inside. */
  readonly inbound: readonly string[];
  /** NAT boxes passed from their inside to their outside. */
  readonly outbound: readonly string[];
}

export interface Lost {
  readonly kind: 'lost';
  /** `home has no route to 192.0.2.1` */
  readonly reason: string;
}

/** `by`: the link that the packet leaves its first node by, whatever the metrics say. */
export function walk(index: NetworkIndex, from: string, to: Ip, by?: string): Walk | Lost {
  const hops: LinkHop[] = [];
  const inbound: string[] = [];
  const outbound: string[] = [];
  let node = index.nodes.get(from)!;
  let first = by;
  // A way that is longer than there are nodes comes by one of them twice.
  for (let count = 0; count <= index.nodes.size; count++) {
    const table = tableOf(index, node);
    if (table.own.has(to)) return { kind: 'arrived', node: node.name, hops, inbound, outbound };
    const route = lookUp(table, to, first);
    if (route === undefined) return lost(`${node.name} has no route to ${formatIp(to)}`);
    const cameBy = hops.at(-1)?.link;
    if (isInbound(node, cameBy, route.interface)) inbound.push(node.name);
    if (isInbound(node, route.interface, cameBy)) outbound.push(node.name);
    const next = route.gateway ?? to;
    const owner = index.owners.get(index.segmentOf.get(route.interface)!)!.get(next);
    if (!owner) return lost(`nobody on ${route.interface} has ${formatIp(next)}`);
    hops.push(...crossSegment(index, node.name, route.interface, owner.node, owner.interface.link));
    node = index.nodes.get(owner.node)!;
    first = undefined;
  }
  return lost(`a packet from ${from} to ${formatIp(to)} goes round in circles`);
}

function lost(reason: string): Lost {
  return { kind: 'lost', reason };
}

/** From the outside to the inside; with the two exchanged, the other way. */
function isInbound(
  { nat }: PlannedNode,
  from: string | undefined,
  to: string | undefined,
): boolean {
  if (nat === undefined || from === undefined || to === undefined) return false;
  return nat.outside.includes(from) && nat.inside.includes(to);
}

/** From one interface of a segment to another: up the tree of switches and down again. */
function crossSegment(
  index: NetworkIndex,
  from: string,
  leaves: string,
  to: string,
  arrives: string,
): LinkHop[] {
  if (leaves === arrives) return [{ link: leaves, toward: to }];
  let left = farEnd(index.links.get(leaves)!, from);
  let right = farEnd(index.links.get(arrives)!, to);
  const ahead: LinkHop[] = [{ link: leaves, toward: left }];
  const behind: LinkHop[] = [{ link: arrives, toward: to }];
  while (left !== right) {
    const [a, b] = [index.trunks.get(left)!, index.trunks.get(right)!];
    if (a.depth >= b.depth) {
      ahead.push(a.up!);
      left = a.up!.toward;
    } else {
      behind.push({ link: b.up!.link, toward: right });
      right = b.up!.toward;
    }
  }
  return [...ahead, ...behind.reverse()];
}

/** Propagation only. */
export function delayOf(index: NetworkIndex, hops: readonly LinkHop[]): number {
  return hops.reduce((sum, { link, toward }) => {
    const end = index.links.get(link)!.ends.find((one) => one.node === toward)!;
    return sum + meanDelayNs(end.arriving);
  }, 0);
}
