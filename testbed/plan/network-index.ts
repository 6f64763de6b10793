/** A planned network, ready to be asked who has an address, where a packet goes, and by which links. */
import { type Family, familyOf, type Ip } from '../../src/base/address.ts';
import { maskIp } from '../../src/base/prefix.ts';
import type { Plan, PlannedInterface, PlannedLink, PlannedNode, PlannedRoute } from './plan.ts';

export type Network = Pick<Plan, 'nodes' | 'links'>;

export interface NetworkIndex {
  readonly nodes: ReadonlyMap<string, PlannedNode>;
  readonly links: ReadonlyMap<string, PlannedLink>;
  /** The switch by which a switched link is part of a segment; other links are their own. */
  readonly segmentOf: ReadonlyMap<string, string>;
  readonly owners: ReadonlyMap<string, ReadonlyMap<Ip, Owner>>;
  readonly trunks: ReadonlyMap<string, Trunk>;
  /** Made when first asked for. */
  readonly tables: Map<string, RouteTable>;
}

interface Owner {
  readonly node: string;
  readonly interface: PlannedInterface;
}

/** A switch's way to the root of its segment, which is a tree. */
interface Trunk {
  readonly depth: number;
  readonly up: { readonly link: string; readonly toward: string } | undefined;
}

export function indexNetwork(network: Network): NetworkIndex {
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  const links = new Map(network.links.map((link) => [link.name, link]));
  const { trunks, segmentOf } = findTrunks(network, links);
  const owners = findOwners(network, segmentOf);
  return { nodes, links, segmentOf, owners, trunks, tables: new Map() };
}

function findTrunks(
  network: Network,
  links: ReadonlyMap<string, PlannedLink>,
): { trunks: Map<string, Trunk>; segmentOf: Map<string, string> } {
  const trunks = new Map<string, Trunk>();
  const segmentOf = new Map(network.links.map((link) => [link.name, link.name]));
  const switches = new Map(
    network.nodes.filter((node) => node.kind === 'switch').map((node) => [node.name, node]),
  );
  for (const root of switches.values()) {
    if (trunks.has(root.name)) continue;
    trunks.set(root.name, { depth: 0, up: undefined });
    const waiting = [root];
    for (const one of waiting) {
      for (const { link } of one.interfaces) {
        segmentOf.set(link, `switch ${root.name}`);
        const next = switches.get(farEnd(links.get(link)!, one.name));
        if (next === undefined || trunks.has(next.name)) continue;
        const depth = trunks.get(one.name)!.depth + 1;
        trunks.set(next.name, { depth, up: { link, toward: one.name } });
        waiting.push(next);
      }
    }
  }
  return { trunks, segmentOf };
}

function findOwners(
  network: Network,
  segmentOf: ReadonlyMap<string, string>,
): Map<string, Map<Ip, Owner>> {
  const owners = new Map<string, Map<Ip, Owner>>();
  for (const segment of segmentOf.values()) {
    if (!owners.has(segment)) owners.set(segment, new Map());
  }
  for (const node of network.nodes) {
    for (const one of node.interfaces) {
      const there = owners.get(segmentOf.get(one.link)!)!;
      for (const { address } of one.addresses) {
        there.set(address, { node: node.name, interface: one });
      }
    }
  }
  return owners;
}

export function farEnd(link: PlannedLink, node: string): string {
  return link.ends[0].node === node ? link.ends[1].node : link.ends[0].node;
}

export interface RouteTable {
  readonly own: ReadonlySet<Ip>;
  /** For each family: longest prefix first. */
  readonly levels: Readonly<Record<Family, readonly Level[]>>;
}

interface Level {
  readonly length: number;
  /** By network; the lowest metric first. */
  readonly routes: Map<Ip, PlannedRoute[]>;
}

export function tableOf(index: NetworkIndex, node: PlannedNode): RouteTable {
  const known = index.tables.get(node.name);
  if (known) return known;
  const own = node.interfaces.flatMap((one) => one.addresses.map(({ address }) => address));
  const routes = [...connectedRoutes(node), ...node.routes];
  const levels = { 4: levelsOf(routes, 4), 6: levelsOf(routes, 6) };
  const table = { own: new Set(own), levels };
  index.tables.set(node.name, table);
  return table;
}

function connectedRoutes(node: PlannedNode): PlannedRoute[] {
  return node.interfaces.flatMap((one) =>
    one.addresses.map((prefix) => ({
      prefix,
      interface: one.name,
      gateway: undefined,
      metric: 0,
    })),
  );
}

function levelsOf(routes: readonly PlannedRoute[], family: Family): Level[] {
  const levels = new Map<number, Level>();
  for (const route of routes.toSorted((a, b) => a.metric - b.metric)) {
    const { address, length } = route.prefix;
    if (familyOf(address) !== family) continue;
    const level = levels.get(length) ?? { length, routes: new Map<Ip, PlannedRoute[]>() };
    levels.set(length, level);
    const network = maskIp(address, length);
    const same = level.routes.get(network);
    if (same) same.push(route);
    else level.routes.set(network, [route]);
  }
  return [...levels.values()].toSorted((a, b) => b.length - a.length);
}

/** The longest prefix, then the lowest metric; `by`: only routes that leave by this interface. */
export function lookUp(table: RouteTable, to: Ip, by?: string): PlannedRoute | undefined {
  for (const { length, routes } of table.levels[familyOf(to)]) {
    const found = routes
      .get(maskIp(to, length))
      ?.find((route) => by === undefined || route.interface === by);
    if (found) return found;
  }
  return undefined;
}

export function defaultRouteOf(
  table: RouteTable,
  family: Family,
  by?: string,
): PlannedRoute | undefined {
  const last = table.levels[family].at(-1);
  const routes = last?.length === 0 ? [...last.routes.values()].flat() : [];
  return routes.find((route) => route.interface === by) ?? routes[0];
}
