/** Longest prefix first: a hash per prefix length in use, so that thousands of routes cost no more than ten. */
import type { Ip } from '../base/address.ts';
import { maskIp, networkOf, type Prefix } from '../base/prefix.ts';
import { forgetDestinations } from './destination-table.ts';
import type { IpMachine, Route, RoutesByLength, RouteTable } from './state.ts';

export interface RouteOptions {
  readonly prefix: Prefix;
  readonly interfaceIndex: number;
  /** Left out: the destination is on the link itself. */
  readonly gateway?: Ip | undefined;
  /** Lower wins. */
  readonly metric: number;
}

export function createRouteTable(): RouteTable {
  return { v4: { lengths: [], networks: new Map() }, v6: { lengths: [], networks: new Map() } };
}

/** A route with the same prefix, interface and gateway is replaced. */
export function addRoute(machine: IpMachine, route: RouteOptions): void {
  insertRoute(machine, {
    prefix: networkOf(route.prefix),
    interfaceIndex: route.interfaceIndex,
    gateway: route.gateway,
    metric: route.metric,
    implied: false,
  });
}

export function removeRoute(machine: IpMachine, route: Omit<RouteOptions, 'metric'>): void {
  const { interfaceIndex, gateway } = route;
  const prefix = networkOf(route.prefix);
  dropRoute(machine, { prefix, interfaceIndex, gateway, metric: 0, implied: false });
}

/** The network of an interface's address is on the link. */
export function addImpliedRoute(machine: IpMachine, interfaceIndex: number, address: Prefix): void {
  const prefix = networkOf(address);
  insertRoute(machine, { prefix, interfaceIndex, gateway: undefined, metric: 0, implied: true });
}

export function removeImpliedRoute(
  machine: IpMachine,
  interfaceIndex: number,
  address: Prefix,
): void {
  const prefix = networkOf(address);
  dropRoute(machine, { prefix, interfaceIndex, gateway: undefined, metric: 0, implied: true });
}

export function removeRoutesOf(machine: IpMachine, interfaceIndex: number): void {
  for (const table of [machine.routes.v4, machine.routes.v6]) {
    for (const networks of table.networks.values()) {
      for (const [network, routes] of networks) {
        const left = routes.filter((route) => route.interfaceIndex !== interfaceIndex);
        if (left.length < routes.length) networks.set(network, left);
      }
    }
  }
  forgetDestinations(machine);
}

/** The best route over an interface that is up; with `only`, over that interface. */
export function lookupRoute(
  machine: IpMachine,
  address: Ip,
  only: number | undefined,
): Route | undefined {
  const table = tableFor(machine, address);
  for (const length of table.lengths) {
    const routes = table.networks.get(length)!.get(maskIp(address, length));
    const found = routes?.find((route) => isUsable(machine, route, only));
    if (found !== undefined) return found;
  }
  return undefined;
}

function isUsable(machine: IpMachine, route: Route, only: number | undefined): boolean {
  if (only !== undefined && route.interfaceIndex !== only) return false;
  return machine.interfaces[route.interfaceIndex]?.up === true;
}

function insertRoute(machine: IpMachine, route: Route): void {
  const table = tableFor(machine, route.prefix.address);
  const networks = networksOf(table, route.prefix.length);
  const others = (networks.get(route.prefix.address) ?? []).filter((it) => !isSame(it, route));
  const sorted = [...others, route].toSorted((a, b) => a.metric - b.metric);
  networks.set(route.prefix.address, sorted);
  forgetDestinations(machine);
}

function dropRoute(machine: IpMachine, route: Route): void {
  const networks = tableFor(machine, route.prefix.address).networks.get(route.prefix.length);
  const routes = networks?.get(route.prefix.address);
  if (networks === undefined || routes === undefined) return;
  const left = routes.filter((it) => !isSame(it, route));
  if (left.length > 0) networks.set(route.prefix.address, left);
  else networks.delete(route.prefix.address);
  forgetDestinations(machine);
}

function networksOf(table: RoutesByLength, length: number): Map<Ip, readonly Route[]> {
  const known = table.networks.get(length);
  if (known !== undefined) return known;
  const networks = new Map<Ip, readonly Route[]>();
  table.networks.set(length, networks);
  table.lengths = [...table.networks.keys()].toSorted((a, b) => b - a);
  return networks;
}

function isSame(a: Route, b: Route): boolean {
  return (
    a.interfaceIndex === b.interfaceIndex && a.gateway === b.gateway && a.implied === b.implied
  );
}

function tableFor(machine: IpMachine, address: Ip): RoutesByLength {
  return typeof address === 'number' ? machine.routes.v4 : machine.routes.v6;
}
