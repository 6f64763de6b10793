/**
 * The host contract on a node whose interfaces the kernel has no address of: ports are leased from the
 * node's interface daemon, frames go to and come from rings of this process.
 */
import type { Random } from '../../base/random.ts';
import type {
  Clock,
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  FramePort,
  FramePortEvents,
  FramePortOptions,
  Host,
  Lease,
  Lifecycle,
  VirtualInterface,
  VirtualInterfaceEvents,
  VirtualInterfaceOptions,
} from '../../host/host.ts';
import type {
  AcceptStream,
  Stream,
  StreamEvents,
  StreamListener,
  StreamListenOptions,
  StreamOptions,
} from '../../host/stream.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import type { RecordSink } from '../../trace/record.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import { type RealHostOptions, voiceOf } from '../program-voice.ts';
import { openFramePort } from '../real-frame-port.ts';
import { DaemonLink } from './daemon-link.ts';
import type { DaemonNotice, ReadMessage } from './messages.ts';
import { OwnInterfaces } from './own-interfaces.ts';
import { OwnVirtualInterface } from './own-virtual-interface.ts';
import { ProcessSockets } from './process-sockets.ts';
import { ProcessStack } from './process-stack.ts';

export class OwnHost implements Host, Disposable {
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly records: RecordSink;
  readonly interfaces: OwnInterfaces;
  readonly lifecycle: Lifecycle;
  readonly loop: KernelLoop;
  readonly stack: ProcessStack;
  readonly #options: RealHostOptions;
  readonly #sockets: ProcessSockets;
  readonly #link: DaemonLink;
  readonly #virtual = new Map<string, OwnVirtualInterface>();
  #isClosed = false;

  constructor(options: RealHostOptions) {
    const { loop, node, program } = options;
    this.#options = options;
    this.node = node;
    this.loop = loop;
    const voice = voiceOf(options, () => this.#isClosed);
    this.clock = voice.clock;
    this.random = voice.random;
    this.records = voice.records;
    this.lifecycle = voice.lifecycle;
    this.#link = this.#inNamespace(() => this.#connect());
    this.interfaces = new OwnInterfaces(loop, this.#link.standing);
    this.stack = new ProcessStack({
      loop,
      link: this.#link,
      who: program.id,
      inNamespace: (action) => this.#inNamespace(action),
      leaves: (name, packet) => this.#leave(name, packet),
    });
    const { stack, random, records } = this;
    this.#sockets = new ProcessSockets({ node, loop, stack, random, records });
  }

  openDatagramSocket(options: DatagramOptions, events: DatagramEvents): DatagramSocket {
    return this.#sockets.openDatagramSocket(options, events);
  }

  openStream(options: StreamOptions, events: StreamEvents): Stream {
    return this.#sockets.openStream(options, events);
  }

  listenStream(options: StreamListenOptions, accept: AcceptStream): StreamListener {
    return this.#sockets.listenStream(options, accept);
  }

  openFramePort(options: FramePortOptions, events: FramePortEvents): FramePort {
    const hold = (name: string, leases: readonly Lease[]) => this.#hold(name, leases);
    return this.#sockets.keep(this.#inNamespace(() => openFramePort(this, options, events, hold)));
  }

  openVirtualInterface(
    options: VirtualInterfaceOptions,
    events: VirtualInterfaceEvents,
  ): VirtualInterface {
    this.loop.linger();
    const added = this.#link.addInterface(options);
    this.stack.addInterface(added);
    this.interfaces.add(added);
    const device = new OwnVirtualInterface(this, options.name, events);
    this.#virtual.set(options.name, device);
    return this.#sockets.keep(device);
  }

  /** Closes all that was opened; timers that are asked for stay silent. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#sockets[Symbol.dispose]();
    this.interfaces.close();
    this.#link.close();
  }

  forget(one: { close(): void }): void {
    this.#sockets.forget(one);
  }

  removeVirtual(name: string): void {
    this.#virtual.delete(name);
    this.stack.removeInterface(name);
    this.interfaces.remove(name);
    this.#link.tell({ kind: 'remove-interface', interface: name });
  }

  #connect(): DaemonLink {
    return new DaemonLink(this.loop, this.node, {
      heard: (read) => this.#heed(read),
      ended: () => this.#loseDaemon(),
    });
  }

  #heed({ message, behind }: ReadMessage<DaemonNotice>): void {
    switch (message.kind) {
      case 'neighbour':
        this.stack.learnNeighbour(message.interface, message.address, message.mac);
        return;
      case 'path-mtu':
        this.stack.learnPathMtu(message.destination, message.mtuBytes);
        return;
      case 'interface':
        this.stack.followInterface(message.info);
        this.#sockets.interfacesChanged();
        this.interfaces.put(message.info);
        return;
      case 'interface-added':
        this.stack.addInterface(message.added);
        this.interfaces.add(message.added);
        return;
      case 'interface-removed':
        this.stack.removeInterface(message.interface);
        this.interfaces.remove(message.interface);
        return;
      case 'datagram':
        this.stack.listenerOf(message.lease)?.datagram(message, behind);
        return;
      case 'path-error':
        this.stack.listenerOf(message.lease)?.pathError(message.error);
        return;
      case 'segment':
        this.stack.takeSegment(behind);
        return;
      case 'packet':
        this.#virtual.get(message.interface)?.deliver(behind);
        return;
      default:
        message satisfies never;
    }
  }

  /** Nobody answers for the node any more: to a program its interfaces are down. */
  #loseDaemon(): void {
    if (this.#isClosed) return;
    this.records.record('interface-daemon.gone', {});
    this.stack.goDown();
    for (const info of this.interfaces.list()) this.interfaces.put({ ...info, up: false });
  }

  /** To another process, where the interface is of one. */
  #leave(name: string, packet: Uint8Array): void {
    const device = this.#virtual.get(name);
    if (device === undefined) this.#link.tell({ kind: 'packet', interface: name }, packet);
    else device.deliverSoon(packet);
  }

  #hold(name: string, leases: readonly Lease[]): { close(): void } {
    const held: number[] = [];
    const close = () => {
      for (const lease of held) this.#link.tell({ kind: 'release', lease });
    };
    try {
      for (const { protocol, port } of leases) {
        for (const family of [4, 6] as const) {
          const wish = { protocol, port, family, interface: name, takes: 'frames' } as const;
          held.push(this.#link.lease(wish).lease);
        }
      }
    } catch (error) {
      close();
      throw error;
    }
    return { close };
  }

  #inNamespace<T>(action: () => T): T {
    const { namespace } = this.#options;
    return namespace === undefined ? action() : runInNamespace(namespace, action);
  }
}
