/**
 * The user-level stack of one process by one provider, beside the kernel's: the machine of `src/ip` with the
 * kernel's addresses and routes, and streams and datagrams on it.
 */
import type { Ip } from '../../base/address.ts';
import type { Random } from '../../base/random.ts';
import type { InterfaceInfo } from '../../host/host.ts';
import { addAddress, removeAddress } from '../../ip/interfaces.ts';
import { addRoute, removeRoutesOf } from '../../ip/routes.ts';
import type { UserLevelProvider } from '../../sockets/transport-hierarchy.ts';
import type { RecordSink } from '../../trace/record.ts';
import type { WireWatcher } from '../frame-wire.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import type { NodeStanding } from '../own/messages.ts';
import { ProcessSockets } from '../own/process-sockets.ts';
import { ProcessStack } from '../own/process-stack.ts';
import { ClaimedWays } from './claimed-ways.ts';
import { KernelDesk } from './kernel-desk.ts';
import type { KernelView } from './kernel-view.ts';

export interface UserLevelStackOptions {
  readonly provider: UserLevelProvider;
  readonly loop: KernelLoop;
  readonly view: KernelView;
  readonly node: string;
  readonly seed: number;
  readonly random: Random;
  readonly records: RecordSink;
  readonly watcherAt: ((interfaceName: string) => WireWatcher) | undefined;
}

export class UserLevelStack implements Disposable {
  readonly provider: UserLevelProvider;
  readonly desk: KernelDesk;
  readonly #view: KernelView;
  /** For interfaces that `whyNot` was asked of. */
  readonly sockets: ProcessSockets;
  readonly #stack: ProcessStack;
  /** Set while the stack is built. */
  #ways!: ClaimedWays;
  /** By the machine's number: the kernel's interfaces when this began. */
  readonly #interfaces: readonly InterfaceInfo[];

  constructor(options: UserLevelStackOptions) {
    const { provider, loop, view, node, random, records, watcherAt } = options;
    this.provider = provider;
    this.#view = view;
    this.#interfaces = view.ethernets();
    this.desk = new KernelDesk({
      node,
      standing: standingOf(options, this.#interfaces),
      findNeighbour: (name, address) => this.#findNeighbour(name, address),
    });
    this.#stack = new ProcessStack({
      loop,
      link: this.desk,
      who: `onload ${provider}`,
      inNamespace: (action) => action(),
      leaves: () => undefined,
      wires: (stack) => {
        this.#ways = new ClaimedWays({ provider, loop, stack, watcherAt });
        return this.#ways;
      },
    });
    this.sockets = new ProcessSockets({ node, loop, stack: this.#stack, random, records });
    this.#followRoutes();
    view.listen({
      interfaceChanged: (info) => this.#followInterface(info),
      routesChanged: () => this.#followRoutes(),
      neighbourFound: (index, address, mac) => {
        const name = this.#interfaces.find((one) => one.index === index)?.name;
        if (name !== undefined) this.#stack.learnNeighbour(name, address, mac);
      },
    });
  }

  /** Undefined: what is sent by this interface leaves by this stack, and what is for it comes to it. */
  whyNot(interfaceName: string): string | undefined {
    const at = this.#interfaces.findIndex(({ name }) => name === interfaceName);
    const info = this.#interfaces[at];
    if (info === undefined)
      return `${interfaceName} has no Ethernet, or came after this process began`;
    return this.#ways.whyNot(at, info);
  }

  [Symbol.dispose](): void {
    this.sockets[Symbol.dispose]();
    this.desk.close();
  }

  #findNeighbour(name: string, address: Ip): void {
    const info = this.#interfaces.find((one) => one.name === name);
    if (info !== undefined) this.#view.askForNeighbour(info.index, address);
  }

  #followInterface(info: InterfaceInfo): void {
    const at = this.#interfaces.findIndex(({ index }) => index === info.index);
    if (at < 0) return;
    this.#stack.followInterface(info);
    this.#stack.run((machine) => {
      const before = machine.interfaces[at]!.addresses;
      for (const { address } of before) {
        if (!info.addresses.some((own) => own.address === address))
          removeAddress(machine, at, address);
      }
      for (const prefix of info.addresses) addAddress(machine, at, prefix);
    });
    this.#ways.addressesChanged();
    this.#followRoutes();
  }

  /** As the kernel has them now. */
  #followRoutes(): void {
    const routes = this.#view.routes();
    this.#stack.run((machine) => {
      for (const [at, { index }] of this.#interfaces.entries()) {
        removeRoutesOf(machine, at);
        for (const route of routes.filter(({ linkIndex }) => linkIndex === index)) {
          const { destination: prefix, gateway, metric = 0 } = route;
          addRoute(machine, { prefix, gateway, metric, interfaceIndex: at });
        }
      }
    });
  }
}

function standingOf(
  { node, seed }: UserLevelStackOptions,
  interfaces: readonly InterfaceInfo[],
): NodeStanding {
  const own = interfaces.map(({ name, mac, mtuBytes, addresses }) => {
    return { name, device: name, mac, mtuBytes, addresses };
  });
  const order = { node, seed, forwards: false, interfaces: own, routes: [] };
  return { order, interfaces, virtual: [] };
}
