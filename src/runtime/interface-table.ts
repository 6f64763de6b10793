/**
 * The interfaces of a namespace, kept up by what the kernel tells over netlink. What is asked takes in
 * first whatever was told so far; who listens hears of it in the loop's next turn.
 */
import { type Ip, isIpv4 } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import type { InterfaceInfo, Interfaces, Subscription } from '../host/host.ts';
import { type LinkState, linkMessage, listLinks, readLink } from '../linux/link.ts';
import {
  addressMessage,
  type LinkAddress,
  listAddresses,
  readAddress,
} from '../linux/link-address.ts';
import type { NetlinkMessage } from '../linux/netlink.ts';
import { findRoute, listRoutes } from '../linux/route.ts';
import { RouteSocket, routeGroup } from '../linux/route-socket.ts';
import type { KernelLoop } from './kernel-loop.ts';

const groups = routeGroup.links | routeGroup.ipv4Addresses | routeGroup.ipv6Addresses;

type Listener = (changed: InterfaceInfo) => void;

export class InterfaceTable implements Interfaces, Disposable {
  readonly #loop: KernelLoop;
  readonly #events: RouteSocket;
  /** Questions have a socket of their own: events would come between. */
  readonly #questions: RouteSocket;
  readonly #watch: { close(): void };
  readonly #listeners = new Set<Listener>();
  /** Changes that nobody was told of yet. */
  readonly #untold: InterfaceInfo[] = [];
  #known = new Map<number, InterfaceInfo>();

  /** Of the namespace in which this thread is. */
  constructor(loop: KernelLoop) {
    this.#loop = loop;
    this.#events = new RouteSocket(groups);
    this.#questions = new RouteSocket();
    this.#known = this.#readAll();
    this.#watch = loop.watch(this.#events.fd, () => this.#refresh());
  }

  list(): readonly InterfaceInfo[] {
    this.#refresh();
    return [...this.#known.values()];
  }

  onChange(callback: Listener): Subscription {
    const listener = (changed: InterfaceInfo) => callback(changed);
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }

  gatewayOf(name: string): Ip | undefined {
    const index = this.find(name)?.index;
    const routes = listRoutes(this.#questions).filter(
      ({ linkIndex, destination, gateway }) =>
        linkIndex === index && destination.length === 0 && gateway !== undefined && isIpv4(gateway),
    );
    return routes.toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0]?.gateway;
  }

  find(name: string): InterfaceInfo | undefined {
    return this.list().find((info) => info.name === name);
  }

  /** The name of an interface that a datagram came by. */
  nameOf(index: number): string {
    if (!this.#known.has(index)) this.#refresh();
    return this.#known.get(index)?.name ?? '';
  }

  owns(address: Ip): boolean {
    return this.list().some(({ addresses }) => addresses.some((own) => own.address === address));
  }

  /** As far as was told. */
  isUp(name: string): boolean {
    return [...this.#known.values()].some((info) => info.name === name && info.up);
  }

  /** Whether what is sent there would leave by an interface that is down, as far as was told. */
  isDownToward(destination: Ip, boundTo: string | undefined): boolean {
    if (boundTo !== undefined) return !this.isUp(boundTo);
    const known = [...this.#known.values()];
    if (known.every(({ up, addresses }) => up || addresses.length === 0)) return false;
    const route = findRoute(this.#questions, destination);
    return route !== undefined && this.#known.get(route.linkIndex)?.up === false;
  }

  [Symbol.dispose](): void {
    this.#watch.close();
    this.#listeners.clear();
    this.#events[Symbol.dispose]();
    this.#questions[Symbol.dispose]();
  }

  #readAll(): Map<number, InterfaceInfo> {
    const addresses = listAddresses(this.#questions);
    const infos = listLinks(this.#questions).map((link) => {
      const own = addresses.filter(({ linkIndex }) => linkIndex === link.index);
      return describe(
        link,
        own.map(({ prefix }) => prefix),
      );
    });
    return new Map(infos.map((info) => [info.index, info]));
  }

  #refresh(): void {
    const { messages, lost } = this.#events.drain();
    if (lost) this.#replace(this.#readAll());
    else for (const message of messages) this.#heed(message);
    if (this.#untold.length > 0) this.#loop.after(0, () => this.#tell());
  }

  #replace(all: Map<number, InterfaceInfo>): void {
    for (const info of this.#known.values()) if (!all.has(info.index)) this.#remove(info.index);
    for (const info of all.values()) this.#put(info);
  }

  #heed(message: NetlinkMessage): void {
    const link = readLink(message);
    const address = readAddress(message);
    if (link && message.type === linkMessage.removed) this.#remove(link.index);
    else if (link) this.#put(describe(link, this.#known.get(link.index)?.addresses ?? []));
    else if (address) this.#heedAddress(address, message.type === addressMessage.added);
  }

  #heedAddress({ linkIndex, prefix }: LinkAddress, isAdded: boolean): void {
    const info = this.#known.get(linkIndex);
    if (info === undefined) return;
    const others = info.addresses.filter((own) => !isSame(own, prefix));
    const isKnown = others.length < info.addresses.length;
    if (isAdded && !isKnown) this.#put({ ...info, addresses: [...others, prefix] });
    if (!isAdded && isKnown) this.#put({ ...info, addresses: others });
  }

  #put(info: InterfaceInfo): void {
    const before = this.#known.get(info.index);
    if (before !== undefined && isEqual(before, info)) return;
    this.#known.set(info.index, info);
    this.#untold.push(info);
  }

  #remove(index: number): void {
    const info = this.#known.get(index);
    if (info === undefined) return;
    this.#known.delete(index);
    this.#untold.push({ ...info, up: false, addresses: [] });
  }

  #tell(): void {
    for (const changed of this.#untold.splice(0)) {
      for (const listener of [...this.#listeners]) {
        if (this.#listeners.has(listener)) listener(changed);
      }
    }
  }
}

function describe(link: LinkState, addresses: readonly Prefix[]): InterfaceInfo {
  const { name, index, mac, mtuBytes, isRunning } = link;
  return { name, index, mac, mtuBytes, up: isRunning, addresses };
}

function isSame(one: Prefix, other: Prefix): boolean {
  return one.address === other.address && one.length === other.length;
}

function isEqual(one: InterfaceInfo, other: InterfaceInfo): boolean {
  return (
    one.name === other.name &&
    one.mac === other.mac &&
    one.mtuBytes === other.mtuBytes &&
    one.up === other.up &&
    one.addresses.length === other.addresses.length &&
    one.addresses.every((prefix) => other.addresses.some((its) => isSame(prefix, its)))
  );
}
