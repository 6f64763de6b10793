/**
 * The socket library of one process: it says which transport each socket gets and why, and has the
 * user-level stacks. All that is below is opened when a socket first wants it.
 */
import process from 'node:process';
import {
  type Endpoint,
  familyOf,
  formatIp,
  type Ip,
  isIpv4,
  isLinkLocal,
  isMulticast,
  isUnspecified,
} from '../../base/address.ts';
import { type Random, seedRandom } from '../../base/random.ts';
import type { InterfaceInfo } from '../../host/host.ts';
import {
  type Hierarchies,
  leaveToKernel,
  type Selection,
  selectTransport,
  type TransportProtocol,
  type UserLevelProvider,
} from '../../sockets/transport-hierarchy.ts';
import type { Field, RecordSink } from '../../trace/record.ts';
import { KernelLoop } from '../kernel-loop.ts';
import { KernelView } from './kernel-view.ts';
import { UserLevelStack } from './user-level-stack.ts';

export interface SocketLibraryOptions {
  readonly node: string;
  readonly seed: number;
  readonly hierarchies: Hierarchies;
  /** So long after the last packet this thread asks the shared memory itself before it sleeps. */
  readonly pollNs: number;
  readonly records?: RecordSink | undefined;
  /** Each frame that is written is a record too. */
  readonly tracesFrames?: boolean;
}

/** Where a socket is to be, for one interface. */
export interface Choice {
  readonly selection: Selection;
  /** Undefined: the kernel. */
  readonly stack: UserLevelStack | undefined;
  readonly interfaceName: string | undefined;
}

export class SocketLibrary implements AsyncDisposable {
  readonly loop: KernelLoop;
  readonly view: KernelView;
  /** Grows when routes or interfaces change: choices of before may be others now. */
  generation = 0;
  readonly #options: SocketLibraryOptions;
  readonly #random: Random;
  readonly #stacks = new Map<UserLevelProvider, UserLevelStack>();
  #sockets = 0;
  #holds = 0;

  /** In the namespace of this thread. */
  constructor(options: SocketLibraryOptions) {
    this.#options = options;
    this.loop = new KernelLoop({ pollNs: options.pollNs, keepsProcess: false });
    this.view = new KernelView(this.loop);
    const changed = () => {
      this.generation += 1;
    };
    this.view.listen({ interfaceChanged: changed, routesChanged: changed, neighbourFound() {} });
    this.#random = seedRandom(options.seed, 'onload', options.node);
  }

  /** For a socket that will send to there. */
  chooseToward(protocol: TransportProtocol, to: Endpoint): Choice {
    const id = this.#request(protocol, 'connect', to);
    const hierarchy = this.#options.hierarchies[protocol];
    const way = this.#wayToward(to.address);
    const choice =
      typeof way === 'string'
        ? { selection: leaveToKernel(hierarchy, way), stack: undefined, interfaceName: undefined }
        : this.#chooseAt(protocol, way);
    this.#tell(id, choice);
    return choice;
  }

  /** For a socket that waits at an address of ours, or at all: one choice for each interface that has it. */
  chooseAt(protocol: TransportProtocol, address: Ip | undefined, port: number): Choice[] {
    const at = address === undefined || isUnspecified(address) ? undefined : address;
    const id = this.#request(protocol, 'listen', { address: address ?? (0 as Ip), port });
    const interfaces = this.view
      .ethernets()
      .filter(({ addresses }) => at === undefined || addresses.some((own) => own.address === at));
    const choices = interfaces.map((info) => this.#chooseAt(protocol, info));
    if (choices.length === 0) {
      const why = `no interface with Ethernet has ${at === undefined ? 'an address' : formatIp(at)}`;
      const selection = leaveToKernel(this.#options.hierarchies[protocol], why);
      choices.push({ selection, stack: undefined, interfaceName: undefined });
    }
    for (const choice of choices) this.#tell(id, choice);
    return choices;
  }

  /** Why this provider can't be had at this interface; undefined: it can. */
  whyNot(provider: UserLevelProvider, interfaceName: string): string | undefined {
    return this.#stackOf(provider).whyNot(interfaceName);
  }

  /** The process does not end while something is held. */
  hold(): { release(): void } {
    let isHeld = true;
    this.#holds += 1;
    if (this.#holds === 1) this.loop.keepProcess();
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#holds -= 1;
        if (this.#holds === 0) this.loop.letExit();
      },
    };
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#options.records?.record(kind, fields);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stack of this.#stacks.values()) stack[Symbol.dispose]();
    this.view[Symbol.dispose]();
    await this.loop[Symbol.asyncDispose]();
  }

  #chooseAt(protocol: TransportProtocol, { name }: InterfaceInfo): Choice {
    const hierarchy = this.#options.hierarchies[protocol];
    const selection = selectTransport(hierarchy, (provider) => this.whyNot(provider, name));
    const { provider } = selection;
    const stack = provider === 'kernel' ? undefined : this.#stackOf(provider);
    return { selection, stack, interfaceName: name };
  }

  /** The interface, or why the kernel is the only one that reaches it. */
  #wayToward(address: Ip): InterfaceInfo | string {
    if (isUnspecified(address) || this.view.interfaces.owns(address) || isLoopback(address))
      return `${formatIp(address)} is this machine itself`;
    if (isMulticast(address)) return `${formatIp(address)} is a group`;
    if (isLinkLocal(address)) return `${formatIp(address)} is of a link, and names none`;
    const route = this.view.routeTo(address);
    if (route === undefined) return `no route leads to ${formatIp(address)}`;
    const found = this.view.ethernets().find(({ index }) => index === route.linkIndex);
    return found ?? `the way to ${formatIp(address)} has no Ethernet`;
  }

  #stackOf(provider: UserLevelProvider): UserLevelStack {
    const standing = this.#stacks.get(provider);
    if (standing !== undefined) return standing;
    const { node, seed, records = silent, tracesFrames } = this.#options;
    const { pid } = process;
    const watcherAt = (name: string) => ({
      written: (offset: number, length: number) =>
        records.record('onload.written', { provider, interface: name, offset, length, pid }),
      kicked: (frames: number) =>
        records.record('onload.kicked', { provider, interface: name, frames, pid }),
    });
    const stack = new UserLevelStack({
      ...{ provider, loop: this.loop, view: this.view, node, seed, random: this.#random, records },
      watcherAt: tracesFrames ? watcherAt : undefined,
    });
    this.#stacks.set(provider, stack);
    return stack;
  }

  #request(protocol: TransportProtocol, role: string, { address, port }: Endpoint): number {
    this.#sockets += 1;
    const id = this.#sockets;
    this.record('onload.requested', { id, protocol, role, address: formatIp(address), port });
    return id;
  }

  #tell(id: number, { selection, interfaceName }: Choice): void {
    const { provider, level, why, passedOver } = selection;
    const passed = passedOver.map((one) => `${one.provider}: ${one.why}`);
    const at = interfaceName ?? '';
    this.record('onload.selected', { id, interface: at, provider, level, why, passed });
  }
}

const silent: RecordSink = { record: () => undefined };

function isLoopback(address: Ip): boolean {
  return isIpv4(address) ? address >>> 24 === 127 : formatIp(address) === '::1';
}

/** Over which families a socket of Node's listens that has no address, or `::`. */
export function familiesAt(address: Ip | undefined): readonly (4 | 6)[] {
  if (address === undefined) return [4, 6];
  return familyOf(address) === 6 && isUnspecified(address) ? [4, 6] : [familyOf(address)];
}
