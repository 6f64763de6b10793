/**
 * The host contract on a real kernel: what a program opened here is closed with it. All of it runs on
 * the thread of its loop; a node in another namespace than the process is reached by entering that
 * namespace for as long as it takes to open something.
 */
import type { Aead } from '../base/aead.ts';
import type { Random } from '../base/random.ts';
import type {
  Clock,
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  FramePort,
  FramePortEvents,
  FramePortOptions,
  Host,
  Lifecycle,
  VirtualInterface,
  VirtualInterfaceEvents,
  VirtualInterfaceOptions,
} from '../host/host.ts';
import type {
  AcceptStream,
  Stream,
  StreamEvents,
  StreamListener,
  StreamListenOptions,
  StreamOptions,
} from '../host/stream.ts';
import { runInNamespace } from '../linux/network-namespace.ts';
import { openOpenSslAead } from '../linux/openssl-aead.ts';
import type { RecordSink } from '../trace/record.ts';
import type { HostOwner } from './host-owner.ts';
import { InterfaceTable } from './interface-table.ts';
import type { KernelLoop } from './kernel-loop.ts';
import { type RealHostOptions, voiceOf } from './program-voice.ts';
import {
  createDatagramMemory,
  type DatagramMemory,
  openDatagramSocket,
} from './real-datagram-socket.ts';
import { openFramePort } from './real-frame-port.ts';
import { RealStreams } from './real-streams.ts';
import { openVirtualInterface } from './real-virtual-interface.ts';

export class RealHost implements HostOwner, Host, Disposable {
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly records: RecordSink;
  readonly interfaces: InterfaceTable;
  readonly lifecycle: Lifecycle;
  readonly loop: KernelLoop;
  readonly aead: Aead | undefined = openOpenSslAead();
  readonly #options: RealHostOptions;
  readonly #open = new Set<{ close(): void }>();
  readonly #memory: DatagramMemory = createDatagramMemory();
  readonly #streams = new RealStreams(this);
  #isClosed = false;

  constructor(options: RealHostOptions) {
    const { loop, node } = options;
    this.#options = options;
    this.node = node;
    this.loop = loop;
    const voice = voiceOf(options, () => this.#isClosed);
    this.clock = voice.clock;
    this.random = voice.random;
    this.records = voice.records;
    this.lifecycle = voice.lifecycle;
    this.interfaces = this.#inNamespace(() => new InterfaceTable(loop));
  }

  openDatagramSocket(options: DatagramOptions, events: DatagramEvents): DatagramSocket {
    return this.#keep(() => openDatagramSocket(this, this.#memory, options, events));
  }

  openStream(options: StreamOptions, events: StreamEvents): Stream {
    return this.#keep(() => this.#streams.open(options, events));
  }

  listenStream(options: StreamListenOptions, accept: AcceptStream): StreamListener {
    return this.#keep(() => this.#streams.listen(options, accept));
  }

  openFramePort(options: FramePortOptions, events: FramePortEvents): FramePort {
    return this.#keep(() => openFramePort(this, options, events));
  }

  openVirtualInterface(
    options: VirtualInterfaceOptions,
    events: VirtualInterfaceEvents,
  ): VirtualInterface {
    this.loop.linger();
    return this.#keep(() => openVirtualInterface(this, options, events));
  }

  /** Closes all that was opened; timers that are asked for stay silent. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const one of [...this.#open]) one.close();
    this.interfaces[Symbol.dispose]();
  }

  adopt(one: { close(): void }): void {
    this.#open.add(one);
  }

  forget(one: { close(): void }): void {
    this.#open.delete(one);
  }

  #keep<T extends { close(): void }>(open: () => T): T {
    const one = this.#inNamespace(open);
    this.#open.add(one);
    return one;
  }

  #inNamespace<T>(action: () => T): T {
    const { namespace } = this.#options;
    return namespace === undefined ? action() : runInNamespace(namespace, action);
  }
}
