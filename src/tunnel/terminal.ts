/**
 * A terminal: its applications send into a virtual interface, and their streams go on by way of a proxy, or
 * without one straight to where they were to go.
 */
import { type Endpoint, familyOf } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import type { Host, VirtualInterface } from '../host/host.ts';
import type { Stream, StreamEvents, StreamOptions } from '../host/stream.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { LateStream } from './late-stream.ts';
import { ProxiedStream } from './proxied-stream.ts';
import { ProxySession } from './proxy-session.ts';
import { TcpTermination } from './tcp-termination.ts';
import { innerMtuBytes } from './virtual-ground.ts';

export const virtualName = 'virtual0';

export interface ProxyPlace {
  /** One of them is enough; of each family the first counts. */
  readonly endpoints: readonly Endpoint[];
  readonly key: Uint8Array;
}

export interface TerminalOptions {
  readonly addresses: readonly Prefix[];
  /** What applications reach by the virtual interface. */
  readonly routes: readonly Prefix[];
  readonly proxy: ProxyPlace | undefined;
  /** Links in the order in which they are used; empty: as the node has them. */
  readonly links: readonly string[];
  readonly congestion: StreamOptions['congestion'];
}

export class Terminal {
  readonly #host: Host;
  readonly #options: TerminalOptions;
  readonly #termination: TcpTermination;
  readonly #virtual: VirtualInterface;
  readonly #session: ProxySession | undefined;

  constructor(host: Host, options: TerminalOptions) {
    this.#host = host;
    this.#options = options;
    this.#termination = new TcpTermination({
      host,
      openFar: (destination, events) => this.#openFar(destination, events),
    });
    const { addresses, routes, proxy } = options;
    this.#virtual = host.openVirtualInterface(
      { name: virtualName, addresses, routes, mtuBytes: innerMtuBytes },
      { packet: (packet) => this.#onPacket(packet) },
    );
    this.#termination.attach(this.#virtual);
    if (proxy === undefined) {
      host.lifecycle.ready();
      return;
    }
    this.#session = new ProxySession(host, proxy.key, (events) => this.#openCarrier(events));
    this.#session.whenFirst(() => host.lifecycle.ready());
  }

  stop(): void {
    this.#session?.close();
    this.#termination.close();
    this.#virtual.close();
  }

  #onPacket(packet: Uint8Array): void {
    const protocol = findUpperLayer(packet, 0, packet.length)?.protocol;
    const isIcmp = protocol === ipProtocol.icmp || protocol === ipProtocol.icmpv6;
    if (protocol === ipProtocol.tcp || isIcmp) this.#termination.receive(packet);
  }

  #openFar(destination: Endpoint, events: StreamEvents): Stream {
    const session = this.#session;
    if (session === undefined) return this.#openDirectly(destination, events);
    const request = session.seal(destination);
    // Silence: its SYN comes again, and by then there may be a session.
    if (request === undefined) return new LateStream(this.#host.clock, destination, events);
    return new ProxiedStream(
      {
        clock: this.#host.clock,
        destination,
        request,
        openCarrier: (own) => this.#openCarrier(own),
        unknown: () => session.renew(),
      },
      events,
    );
  }

  #openCarrier(events: StreamEvents): Stream {
    const { endpoints } = this.#options.proxy!;
    const to =
      endpoints.find(({ address }) => this.#linkFor(address) !== undefined) ?? endpoints[0]!;
    return this.#openDirectly(to, events);
  }

  /** Never by the virtual interface, to which the routes would lead. */
  #openDirectly(to: Endpoint, events: StreamEvents): Stream {
    const link = this.#linkFor(to.address);
    if (link === undefined) return new LateStream(this.#host.clock, to, events, 'unreachable');
    const { congestion } = this.#options;
    const chosen = congestion === undefined ? {} : { congestion };
    return this.#host.openStream({ to, interface: link, noDelay: true, ...chosen }, events);
  }

  /** The first that is up and has an address of the family. */
  #linkFor(address: Endpoint['address']): string | undefined {
    const all = this.#host.interfaces.list().filter(({ name }) => !isInner(name));
    const { links } = this.#options;
    const wanted =
      links.length === 0 ? all : links.flatMap((name) => all.filter((one) => one.name === name));
    const family = familyOf(address);
    return wanted.find(
      ({ up, addresses }) => up && addresses.some((own) => familyOf(own.address) === family),
    )?.name;
  }
}

/** Of the node itself, or of a virtual interface. */
function isInner(name: string): boolean {
  return name === 'lo' || name === virtualName;
}
