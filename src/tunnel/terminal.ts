/**
 * A terminal: its applications send into a virtual interface, and their streams go on by way of a proxy, or
 * without one straight to where they were to go.
 */
import { broadcastIpv4, type Endpoint, familyOf, isMulticast } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import type { Host, VirtualInterface } from '../host/host.ts';
import type { Stream, StreamEvents, StreamOptions } from '../host/stream.ts';
import { addressIn } from '../ip/packet-address.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { LateStream } from './late-stream.ts';
import { ProxiedStream } from './proxied-stream.ts';
import { ProxySession } from './proxy-session.ts';
import { TcpTermination } from './tcp-termination.ts';
import { TerminalLanes } from './terminal-lanes.ts';
import { innerMtuBytes } from './virtual-ground.ts';

export const virtualName = 'virtual0';

export interface ProxyPlace {
  /** One of them is enough; of each family the first counts. Streams go to this port, packets to the next. */
  readonly endpoints: readonly Endpoint[];
  readonly key: Uint8Array;
  readonly transport: NonNullable<StreamOptions['transport']>;
  /** Tunnels for packets, in parallel. */
  readonly lanes: number;
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
  #lanes: TerminalLanes | undefined;

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
    this.#session = new ProxySession(host, proxy.key, (events) => this.#openCarrier(events, 0));
    this.#session.whenFirst(() => this.#begin(proxy));
  }

  stop(): void {
    this.#lanes?.close();
    this.#session?.close();
    this.#termination.close();
    this.#virtual.close();
  }

  #begin({ lanes }: ProxyPlace): void {
    this.#lanes = new TerminalLanes({
      ...{ host: this.#host, count: lanes, session: this.#session! },
      addresses: this.#options.addresses,
      openStream: (events) => this.#openCarrier(events, 1),
      deliver: (packet) => void this.#virtual.inject(packet),
      ready: () => this.#host.lifecycle.ready(),
    });
  }

  /** TCP ends here; all else goes on as it is, where there is a proxy to take it. */
  #onPacket(packet: Uint8Array): void {
    const protocol = findUpperLayer(packet, 0, packet.length)?.protocol;
    if (protocol === ipProtocol.tcp) this.#termination.receive(packet);
    else if (this.#isForUs(packet)) this.#lanes?.send(packet);
  }

  /** What a kernel says to its link only is not for the world. */
  #isForUs(packet: Uint8Array): boolean {
    const source = addressIn(packet, 'source');
    const destination = addressIn(packet, 'destination');
    const isOwn = this.#options.addresses.some(({ address }) => address === source);
    return isOwn && !isMulticast(destination) && destination !== broadcastIpv4;
  }

  #openFar(destination: Endpoint, events: StreamEvents): Stream {
    const session = this.#session;
    if (session === undefined) return this.#open(destination, {}, events);
    const request = session.seal(destination);
    // Silence: its SYN comes again, and by then there may be a session.
    if (request === undefined) return new LateStream(this.#host.clock, destination, events);
    return new ProxiedStream(
      {
        clock: this.#host.clock,
        destination,
        request,
        openCarrier: (own) => this.#openCarrier(own, 0),
        unknown: () => session.renew(),
      },
      events,
    );
  }

  /** `offset`: of the port, which says what the stream is for. */
  #openCarrier(events: StreamEvents, offset: 0 | 1): Stream {
    const { endpoints, transport } = this.#options.proxy!;
    const { address, port } =
      endpoints.find((one) => this.#linksFor(one.address).length > 0) ?? endpoints[0]!;
    const interfaces = this.#linksFor(address);
    const to = { address, port: port + offset };
    const multipath = { interfaces, ...(offset === 1 && { messages: true }) };
    return this.#open(to, transport === 'mptcp' ? { transport, multipath } : {}, events);
  }

  /** Never by the virtual interface, to which the routes would lead. */
  #open(to: Endpoint, choices: Partial<StreamOptions>, events: StreamEvents): Stream {
    const [link] = this.#linksFor(to.address);
    if (link === undefined) return new LateStream(this.#host.clock, to, events, 'unreachable');
    const { congestion } = this.#options;
    const chosen = congestion === undefined ? {} : { congestion };
    const options = { to, interface: link, noDelay: true, ...chosen, ...choices };
    return this.#host.openStream(options, events);
  }

  /** Those that are up and have an address of the family. */
  #linksFor(address: Endpoint['address']): string[] {
    const all = this.#host.interfaces.list().filter(({ name }) => !isInner(name));
    const { links } = this.#options;
    const wanted =
      links.length === 0 ? all : links.flatMap((name) => all.filter((one) => one.name === name));
    const family = familyOf(address);
    return wanted
      .filter(
        ({ up, addresses }) => up && addresses.some((own) => familyOf(own.address) === family),
      )
      .map(({ name }) => name);
  }
}

/** Of the node itself, or of a virtual interface. */
function isInner(name: string): boolean {
  return name === 'lo' || name === virtualName;
}
