/** Streams that leave by the node's links, and never by the virtual interface, to which the routes would lead. */
import { type Endpoint, familyOf } from '../base/address.ts';
import type { Host, InterfaceInfo } from '../host/host.ts';
import type { Stream, StreamEvents, StreamOptions } from '../host/stream.ts';
import { type FlowPolicy, multipathFor } from './flow-policy.ts';
import { LateStream } from './late-stream.ts';

export const virtualName = 'virtual0';

export interface CarrierOptions {
  /** Links in the order in which they are used; empty: as the node has them. */
  readonly links: readonly string[];
  readonly congestion: StreamOptions['congestion'];
  /** What travels as packets is recorded, each of them and each mapping. */
  readonly traced?: boolean;
}

export interface CarrierPlace {
  /** One of them is enough; of each family the first counts. Streams go to this port, packets to the next. */
  readonly endpoints: readonly Endpoint[];
  readonly transport: NonNullable<StreamOptions['transport']>;
}

export class Carriers {
  readonly #host: Host;
  readonly #options: CarrierOptions;

  constructor(host: Host, options: CarrierOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Without a proxy. */
  openTo(to: Endpoint, events: StreamEvents): Stream {
    return this.#open(to, this.#upLinks(to)[0], {}, events);
  }

  /** To the proxy: `packets` says what the stream is for. */
  open(place: CarrierPlace, policy: FlowPolicy, packets: boolean, events: StreamEvents): Stream {
    const { endpoints, transport } = place;
    const proxy = endpoints.find((one) => this.#upLinks(one).length > 0) ?? endpoints[0]!;
    const to = { address: proxy.address, port: proxy.port + (packets ? 1 : 0) };
    // What is down now may come back while the stream lives.
    const links = this.#links(to).map(({ name }) => name);
    const chosen = multipathFor(policy, links);
    const first = this.#upLinks(to).find((link) => chosen.interfaces?.includes(link));
    const isTraced = this.#options.traced ?? false;
    const multipath = { ...chosen, ...(packets && { messages: true, traced: isTraced }) };
    return this.#open(to, first, transport === 'mptcp' ? { transport, multipath } : {}, events);
  }

  #open(
    to: Endpoint,
    link: string | undefined,
    choices: Partial<StreamOptions>,
    events: StreamEvents,
  ): Stream {
    if (link === undefined) return new LateStream(this.#host.clock, to, events, 'unreachable');
    const { congestion } = this.#options;
    const chosen = congestion === undefined ? {} : { congestion };
    const options = { to, interface: link, noDelay: true, ...chosen, ...choices };
    return this.#host.openStream(options, events);
  }

  #upLinks(to: Endpoint): string[] {
    return this.#links(to)
      .filter(({ up }) => up)
      .map(({ name }) => name);
  }

  /** Those that have an address of the family. */
  #links({ address }: Endpoint): InterfaceInfo[] {
    const all = this.#host.interfaces.list().filter(({ name }) => !isInner(name));
    const { links } = this.#options;
    const wanted =
      links.length === 0 ? all : links.flatMap((name) => all.filter((one) => one.name === name));
    const family = familyOf(address);
    return wanted.filter(({ addresses }) =>
      addresses.some((own) => familyOf(own.address) === family),
    );
  }
}

/** Of the node itself, or of a virtual interface. */
function isInner(name: string): boolean {
  return name === 'lo' || name === virtualName;
}
