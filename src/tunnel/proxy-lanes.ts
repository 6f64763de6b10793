/** A proxy's tunnels for packets: what comes goes out as it came, and what is for a terminal goes back to it. */
import { formatIp, type Ip, isIpv4 } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import { contains } from '../base/prefix.ts';
import type { Host } from '../host/host.ts';
import type { Stream, StreamEvents } from '../host/stream.ts';
import { addressIn } from '../ip/packet-address.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseTunnel } from '../wire/tunnel.ts';
import { flowNumber, readGreeting, whyNoPacket } from './inner-packet.ts';
import { PacketLane } from './packet-lane.ts';
import type { TunnelSessions } from './tunnel-sessions.ts';

export interface ProxyLanesOptions {
  readonly host: Pick<Host, 'records'>;
  readonly sessions: TunnelSessions;
  /** What inner addresses may be of. */
  readonly networks: readonly Prefix[];
  /** A packet for the node's own network; valid during the call. */
  readonly deliver: (packet: Uint8Array) => void;
}

/** What is heard of a stream that came. */
export interface LaneStanding {
  /** It greeted, and is known. */
  proven(): void;
  /** It did otherwise, and is to be hung up on. */
  refused(reason: string): void;
  gone(): void;
}

/** Beyond these the oldest is forgotten, and goes by any lane. */
const mostFlows = 16_384;

interface Known {
  readonly lane: PacketLane;
  /** Empty: it is not known yet whose it is. */
  addresses: readonly Ip[];
}

export class ProxyLanes {
  readonly #options: ProxyLanesOptions;
  /** By inner address. */
  readonly #lanes = new Map<Ip, PacketLane[]>();
  /** By the number of the flow: the lane that it came by. */
  readonly #cameBy = new Map<number, PacketLane>();

  constructor(options: ProxyLanesOptions) {
    this.#options = options;
  }

  take(stream: Stream, standing: LaneStanding): StreamEvents {
    const lane = new PacketLane({
      packet: (packet) => {
        if (known.addresses.length > 0) this.#pass(known, packet);
        else this.#greet(known, packet, standing);
      },
      closed: () => {
        this.#forget(known);
        standing.gone();
      },
    });
    const known: Known = { lane, addresses: [] };
    lane.attach(stream);
    lane.isOpen = true;
    return lane.streamEvents();
  }

  /** A packet that the node's network has for an inner address. */
  send(packet: Uint8Array): void {
    const lanes = this.#lanes.get(addressIn(packet, 'destination')) ?? [];
    const number = flowNumber(packet);
    const known = this.#cameBy.get(number);
    const isKnown = known !== undefined && lanes.includes(known);
    const lane = isKnown ? known : lanes[number % Math.max(1, lanes.length)];
    if (lane === undefined) this.#drop('no-tunnel');
    else if (!lane.send(packet)) this.#drop('no-room');
  }

  #greet(known: Known, packet: Uint8Array, standing: LaneStanding): void {
    const greeting = whyNoPacket(packet) === undefined ? readGreeting(packet) : undefined;
    const request = greeting && parseTunnel(greeting.request, 0, greeting.request.length);
    if (request === undefined || isMalformed(request) || request.kind !== 'request') {
      standing.refused('malformed');
      return;
    }
    const addresses = [greeting!.source, request.destination.address];
    const problem = this.#isInner(addresses)
      ? this.#options.sessions.problemOf(request)
      : 'not-an-inner-address';
    if (problem !== undefined) {
      standing.refused(problem);
      return;
    }
    standing.proven();
    known.addresses = [...new Set(addresses)];
    for (const address of known.addresses) {
      this.#lanes.set(address, [...(this.#lanes.get(address) ?? []), known.lane]);
    }
    const [address] = known.addresses;
    this.#options.host.records.record('tunnel.lane-up', { address: formatIp(address!) });
  }

  #isInner(addresses: readonly Ip[]): boolean {
    return addresses.every((address) =>
      this.#options.networks.some(
        (network) => isIpv4(network.address) === isIpv4(address) && contains(network, address),
      ),
    );
  }

  /** What a terminal sends from an address that is not its own goes nowhere. */
  #pass({ addresses, lane }: Known, packet: Uint8Array): void {
    const reason = whyNoPacket(packet);
    if (reason !== undefined) this.#drop(reason);
    else if (!addresses.includes(addressIn(packet, 'source'))) this.#drop('source-not-its-own');
    else {
      this.#noteWay(flowNumber(packet), lane);
      this.#options.deliver(packet);
    }
  }

  /** What is answered goes back by the same lane, whose links its terminal chose. */
  #noteWay(number: number, lane: PacketLane): void {
    if (this.#cameBy.get(number) === lane) return;
    this.#cameBy.delete(number);
    this.#cameBy.set(number, lane);
    if (this.#cameBy.size > mostFlows) this.#cameBy.delete(this.#cameBy.keys().next().value!);
  }

  #forget({ lane, addresses }: Known): void {
    for (const address of addresses) {
      const left = (this.#lanes.get(address) ?? []).filter((one) => one !== lane);
      if (left.length > 0) this.#lanes.set(address, left);
      else this.#lanes.delete(address);
    }
  }

  #drop(reason: string): void {
    this.#options.host.records.record('tunnel.packet-dropped', { reason });
  }
}
