/**
 * What the kernel knows about the node, and a stack beside its own has to know as well: interfaces, routes,
 * neighbours. The kernel stays the one that answers for the node's addresses.
 */
import type { Ip } from '../../base/address.ts';
import type { Mac } from '../../base/mac.ts';
import type { InterfaceInfo } from '../../host/host.ts';
import { listLinks } from '../../linux/link.ts';
import {
  askForNeighbour,
  findNeighbour,
  type Neighbour,
  readNeighbour,
} from '../../linux/neighbour.ts';
import { findRoute, listRoutes, type Route } from '../../linux/route.ts';
import { RouteSocket, routeGroup } from '../../linux/route-socket.ts';
import { InterfaceTable } from '../interface-table.ts';
import type { KernelLoop } from '../kernel-loop.ts';

export interface KernelViewEvents {
  interfaceChanged(info: InterfaceInfo): void;
  routesChanged(): void;
  neighbourFound(interfaceIndex: number, address: Ip, mac: Mac): void;
}

/** States in which the kernel itself sends to the MAC that it has. */
const usable: readonly Neighbour['state'][] = [
  'reachable',
  'stale',
  'delay',
  'probe',
  'permanent',
  'noarp',
];

export class KernelView implements Disposable {
  readonly interfaces: InterfaceTable;
  readonly #questions = new RouteSocket();
  readonly #news = new RouteSocket(
    routeGroup.neighbours | routeGroup.ipv4Routes | routeGroup.ipv6Routes,
  );
  readonly #listeners = new Set<KernelViewEvents>();
  readonly #watch: { close(): void };
  /** Interfaces of this kind that reach another machine by Ethernet. */
  readonly #loopbacks: ReadonlySet<number>;

  /** Of the namespace of this thread. */
  constructor(loop: KernelLoop) {
    this.interfaces = new InterfaceTable(loop);
    const loopbacks = listLinks(this.#questions).filter(({ isLoopback }) => isLoopback);
    this.#loopbacks = new Set(loopbacks.map(({ index }) => index));
    this.interfaces.onChange((info) => {
      for (const listener of this.#listeners) listener.interfaceChanged(info);
    });
    this.#watch = loop.watch(this.#news.fd, () => this.#hearNews());
  }

  listen(events: KernelViewEvents): void {
    this.#listeners.add(events);
  }

  /** Those that have a link layer with neighbours on it. */
  ethernets(): InterfaceInfo[] {
    return this.interfaces
      .list()
      .filter(({ index, mac }) => mac !== 0 && !this.#loopbacks.has(index));
  }

  routes(): Route[] {
    return listRoutes(this.#questions);
  }

  routeTo(destination: Ip): Route | undefined {
    return findRoute(this.#questions, destination);
  }

  /** The answer comes to `neighbourFound`, inside no call of anybody's. */
  askForNeighbour(interfaceIndex: number, address: Ip): void {
    const known = findNeighbour(this.#questions, interfaceIndex, address);
    this.#questions.apply([askForNeighbour(interfaceIndex, address)]);
    if (known !== undefined) queueMicrotask(() => this.#tellNeighbour(known));
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#watch.close();
    this.#news[Symbol.dispose]();
    this.#questions[Symbol.dispose]();
    this.interfaces[Symbol.dispose]();
  }

  #hearNews(): void {
    const { messages, lost } = this.#news.drain();
    const found = messages.map(readNeighbour);
    for (const neighbour of found) if (neighbour !== undefined) this.#tellNeighbour(neighbour);
    if (!lost && found.every((neighbour) => neighbour !== undefined)) return;
    for (const listener of this.#listeners) listener.routesChanged();
  }

  #tellNeighbour({ linkIndex, address, mac, state }: Neighbour): void {
    if (mac === undefined || !usable.includes(state)) return;
    for (const listener of this.#listeners) listener.neighbourFound(linkIndex, address, mac);
  }
}
