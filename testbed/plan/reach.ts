/** How one node reaches another: by which of its addresses, or by which NAT box before it. */
import { type Family, familyOf, type Ip } from '../../src/base/address.ts';
import { defaultRouteOf, type NetworkIndex, tableOf } from './network-index.ts';
import type { PlannedInterface, PlannedNode } from './plan.ts';
import { delayOf, type LinkHop, walk } from './walk.ts';

export interface ReachQuery {
  readonly from: string;
  readonly to: string;
  readonly family: Family;
  /** The link that it leaves by; undefined: as the routes say. */
  readonly firstLink?: string | undefined;
  /** The link whose address of `to` is meant; undefined: the nearest. */
  readonly lastLink?: string | undefined;
}

export interface Reach {
  /** What the packets are sent to. */
  readonly address: Ip;
  /** The interface of `to` at the end of the way. */
  readonly interface: string;
  readonly hops: readonly LinkHop[];
  readonly delayNs: number;
  /** How many NAT boxes must let it in: 0 where nobody has to open first. */
  readonly boxes: number;
  /** NAT boxes that it passes inwards untranslated, as IPv6 does. */
  readonly inbound: readonly string[];
  /** NAT boxes that it passes outwards. */
  readonly outbound: readonly string[];
}

/** Fewest NAT boxes to pass first, then the nearest address, then the order of the links. */
export function findReach(index: NetworkIndex, query: ReachQuery): Reach | undefined {
  const target = index.nodes.get(query.to)!;
  const { lastLink } = query;
  const found = target.interfaces
    .filter((one) => lastLink === undefined || one.link === lastLink)
    .map((one) => reachInterface(index, query, target, one))
    .filter((reach) => reach !== undefined);
  return found.toSorted(compareReaches)[0];
}

function compareReaches(a: Reach, b: Reach): number {
  const keys = (one: Reach) => [
    one.boxes,
    // Within a realm the inner address; IPv6 has no inner ones.
    typeof one.address === 'number' ? one.outbound.length : 0,
    one.delayNs,
    one.hops.length,
    // An address of the interface that the way ends at, before another one of the same node.
    one.hops.at(-1)?.link === one.interface ? 0 : 1,
  ];
  const [left, right] = [keys(a), keys(b)];
  const at = left.findIndex((value, place) => value !== right[place]);
  return at < 0 ? 0 : left[at]! - right[at]!;
}

function reachInterface(
  index: NetworkIndex,
  query: ReachQuery,
  target: PlannedNode,
  one: PlannedInterface,
): Reach | undefined {
  const doors = findDoors(index, target, one, query.family);
  for (const [boxes, door] of doors.entries()) {
    const way = walkThrough(index, query, doors.slice(0, boxes + 1).reverse());
    if (way === undefined) continue;
    const delayNs = delayOf(index, way.hops);
    return { address: door.address, interface: one.name, boxes, delayNs, ...way };
  }
  return undefined;
}

/** An address that stands for the target: its own, or its NAT box's outside. */
interface Door {
  readonly node: string;
  readonly address: Ip;
}

/** From the inside out. */
function findDoors(
  index: NetworkIndex,
  target: PlannedNode,
  one: PlannedInterface,
  family: Family,
): Door[] {
  const own = firstOf(one, family);
  if (own === undefined) return [];
  const doors: Door[] = [{ node: target.name, address: own }];
  if (family === 6) return doors;
  const passed = new Set<string>();
  let node = target;
  let by: string | undefined = one.name;
  while (!passed.has(node.name)) {
    passed.add(node.name);
    const next = followDefault(index, node, by);
    if (next === undefined) break;
    node = index.nodes.get(next.node)!;
    by = undefined;
    const outside = node.nat?.inside.includes(next.interface.name)
      ? outsideOf(index, node)
      : undefined;
    if (outside) doors.push({ node: node.name, address: firstOf(outside, 4)! });
  }
  return doors;
}

function followDefault(index: NetworkIndex, node: PlannedNode, by: string | undefined) {
  const route = defaultRouteOf(tableOf(index, node), 4, by);
  if (route?.gateway === undefined) return undefined;
  return index.owners.get(index.segmentOf.get(route.interface)!)!.get(route.gateway);
}

/** The outside that its default route leaves by, or its first. */
function outsideOf(index: NetworkIndex, node: PlannedNode): PlannedInterface | undefined {
  const outside = node.interfaces.filter((one) => node.nat!.outside.includes(one.name));
  const usual = defaultRouteOf(tableOf(index, node), 4)?.interface;
  return outside.find((one) => one.name === usual) ?? outside[0];
}

function firstOf(one: PlannedInterface, family: Family): Ip | undefined {
  return one.addresses.find(({ address }) => familyOf(address) === family)?.address;
}

/** To the first door, and from each to the next; undefined where one is not reached. */
function walkThrough(
  index: NetworkIndex,
  query: ReachQuery,
  doors: readonly Door[],
): Pick<Reach, 'hops' | 'inbound' | 'outbound'> | undefined {
  const hops: LinkHop[] = [];
  const inbound: string[] = [];
  const outbound: string[] = [];
  let from = query.from;
  let by = query.firstLink;
  for (const door of doors) {
    const way = walk(index, from, door.address, by);
    if (way.kind === 'lost' || way.node !== door.node) return undefined;
    // IPv4 is translated at a NAT box, and nothing else gets in.
    if (query.family === 4 && way.inbound.length > 0) return undefined;
    hops.push(...way.hops);
    inbound.push(...way.inbound);
    outbound.push(...way.outbound);
    from = door.node;
    by = undefined;
  }
  return { hops, inbound, outbound };
}
