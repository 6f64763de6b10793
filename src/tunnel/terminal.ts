/**
 * A terminal: its applications send into a virtual interface, and their streams go on by way of a proxy, or
 * without one straight to where they were to go.
 */
import { broadcastIpv4, type Endpoint, isMulticast } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import type { Prefix } from '../base/prefix.ts';
import type { Host, VirtualInterface } from '../host/host.ts';
import type { Stream, StreamEvents } from '../host/stream.ts';
import { addressIn } from '../ip/packet-address.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { type CarrierOptions, type CarrierPlace, Carriers, virtualName } from './carriers.ts';
import { type FlowPolicies, policiesOf, policyFor, policyName } from './flow-policy.ts';
import { LateStream } from './late-stream.ts';
import { tracePacket } from './packet-trace.ts';
import { ProxiedStream } from './proxied-stream.ts';
import { ProxySession } from './proxy-session.ts';
import { TcpTermination } from './tcp-termination.ts';
import { TerminalLanes } from './terminal-lanes.ts';
import { innerMtuBytes } from './virtual-ground.ts';

export interface ProxyPlace extends CarrierPlace {
  readonly key: Uint8Array;
  /** Tunnels for packets, in parallel. */
  readonly lanes: number;
  readonly policies: FlowPolicies;
}

export interface TerminalOptions extends CarrierOptions {
  readonly addresses: readonly Prefix[];
  /** What applications reach by the virtual interface. */
  readonly routes: readonly Prefix[];
  readonly proxy: ProxyPlace | undefined;
}

const stripe = { kind: 'stripe' } as const;

export class Terminal {
  readonly #host: Host;
  readonly #options: TerminalOptions;
  readonly #termination: TcpTermination;
  readonly #virtual: VirtualInterface;
  readonly #session: ProxySession | undefined;
  readonly #carriers: Carriers;
  /** By the name of the policy. */
  readonly #lanes = new Map<string, TerminalLanes>();

  constructor(host: Host, options: TerminalOptions) {
    this.#host = host;
    this.#options = options;
    this.#carriers = new Carriers(host, options);
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
    this.#session = new ProxySession(host, proxy.key, (events) =>
      this.#carriers.open(proxy, stripe, false, events),
    );
    this.#session.whenFirst(() => this.#begin(proxy));
  }

  stop(): void {
    for (const lanes of this.#lanes.values()) lanes.close();
    this.#session?.close();
    this.#termination.close();
    this.#virtual.close();
  }

  #begin(proxy: ProxyPlace): void {
    const policies = policiesOf(proxy.policies);
    let waiting = policies.length;
    const ready = (): void => {
      waiting -= 1;
      if (waiting === 0) this.#host.lifecycle.ready();
    };
    for (const policy of policies) {
      const lanes = new TerminalLanes({
        ...{ host: this.#host, session: this.#session!, ready },
        count: policy.kind === 'stripe' ? proxy.lanes : 1,
        addresses: this.#options.addresses,
        openStream: (events) => this.#carriers.open(proxy, policy, true, events),
        deliver: (packet) => {
          this.#trace('tunnel.ip-out', packet);
          this.#virtual.inject(packet);
        },
      });
      this.#lanes.set(policyName(policy), lanes);
    }
  }

  /** TCP ends here; all else goes on as it is, where there is a proxy to take it. */
  #onPacket(packet: Uint8Array): void {
    const protocol = findUpperLayer(packet, 0, packet.length)?.protocol;
    if (protocol === ipProtocol.tcp) this.#termination.receive(packet);
    else if (this.#isForUs(packet)) this.#sendPacket(packet);
  }

  #sendPacket(packet: Uint8Array): void {
    const { proxy } = this.#options;
    if (proxy === undefined) return;
    this.#trace('tunnel.ip-in', packet);
    const policy = policyFor(proxy.policies, portsOf(packet));
    this.#lanes.get(policyName(policy))?.send(packet);
  }

  #trace(kind: 'tunnel.ip-in' | 'tunnel.ip-out', packet: Uint8Array): void {
    if (this.#options.traced) tracePacket(this.#host, kind, packet);
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
    const { proxy } = this.#options;
    if (session === undefined || proxy === undefined) {
      return this.#carriers.openTo(destination, events);
    }
    const policy = policyFor(proxy.policies, [destination.port]);
    const request = session.seal(destination);
    // Silence: its SYN comes again, and by then there may be a session.
    if (request === undefined) return new LateStream(this.#host.clock, destination, events);
    return new ProxiedStream(
      {
        clock: this.#host.clock,
        destination,
        request,
        openCarrier: (own) => this.#carriers.open(proxy, policy, false, own),
        unknown: () => session.renew(),
      },
      events,
    );
  }
}

/** Of a datagram whose ports stand in it. */
function portsOf(packet: Uint8Array): readonly number[] {
  const upper = findUpperLayer(packet, 0, packet.length);
  const hasPorts = upper?.protocol === ipProtocol.udp && !upper.isLater;
  if (!hasPorts || upper.at + 4 > packet.length) return [];
  return [readU16(packet, upper.at), readU16(packet, upper.at + 2)];
}
