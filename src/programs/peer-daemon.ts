/**
 * The virtual interface's daemon: what applications of this node send to a peer's address goes by the
 * relay at once, and directly as soon as that works.
 */
import { type Endpoint, type Family, familyOf, isLinkLocal } from '../base/address.ts';
import { fillRandom } from '../base/random.ts';
import { never } from '../base/time.ts';
import type {
  DatagramSocket,
  Host,
  InterfaceInfo,
  Subscription,
  Timer,
  VirtualInterface,
} from '../host/host.ts';
import {
  advanceDevice,
  type DevicePlace,
  isRegistered,
  moveDevice,
  placeDevice,
  reachPeers,
  takeDatagram,
  takeFromApplication,
} from '../punch/device.ts';
import { createDevice, type Device, type DeviceSink } from '../punch/device-state.ts';
import { identityOf, labRelayName, tokenOf } from '../punch/identity.ts';
import type { PeerSettings } from './relay-settings.ts';

/** 1 500 less IPv6 and UDP (48), the relay's header (16), ours with its tag (33), and a little room. */
const innerMtuBytes = 1_400;

/** What becomes of packets and records; without a virtual interface packets have nowhere to go. */
export interface DaemonOptions {
  readonly hasInterface: boolean;
  /** Each record, after it was written. */
  readonly onRecord?: (kind: string, fields: Parameters<DeviceSink['record']>[1]) => void;
  /** Its relay has answered. */
  readonly onReady: () => void;
}

export class PeerDaemon implements DeviceSink {
  readonly #host: Host;
  readonly #device: Device;
  readonly #options: DaemonOptions;
  readonly #virtual: VirtualInterface | undefined;
  readonly #subscription: Subscription;
  readonly #family: Family;
  readonly #settings: PeerSettings;
  readonly #sockets: (DatagramSocket | undefined)[] = [];
  #active: string | undefined;
  #timer: Timer | undefined;
  #timerNs = never;
  #isReady = false;

  constructor(host: Host, settings: PeerSettings, options: DaemonOptions) {
    this.#host = host;
    this.#options = options;
    this.#settings = settings;
    this.#family = familyOf(settings.relays[0]!.main.address);
    const chosen = this.#chooseInterface();
    this.#active = chosen?.name;
    const place = this.#openPlace(chosen);
    this.#device = createDevice(optionsOf(host, settings), place.socket, place.own);
    placeDevice(this.#device, place);
    this.#virtual = options.hasInterface ? this.#openInterface(settings) : undefined;
    this.#subscription = host.interfaces.onChange(() => this.#onInterfaces());
    this.#run((now) => advanceDevice(this.#device, now, this));
  }

  /** Says a first word to every peer, without a packet for it. */
  reach(): void {
    this.#run((now) => reachPeers(this.#device, now, this));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#subscription.close();
    for (const { options, counts } of this.#device.peers) {
      this.record('peer.counts', { peer: options.name, ...counts });
    }
    this.#virtual?.close();
    for (const socket of this.#sockets) socket?.close();
  }

  transmit(socket: number, to: Endpoint, bytes: Uint8Array, ttl?: number): void {
    this.#sockets[socket]?.send(bytes, to, ttl === undefined ? {} : { ttl });
  }

  deliver(packet: Uint8Array): void {
    this.#virtual?.inject(packet);
  }

  record(kind: string, fields: Parameters<DeviceSink['record']>[1]): void {
    this.#host.records.record(kind, fields);
    this.#options.onRecord?.(kind, fields);
  }

  openSockets(count: number): number {
    const first = this.#sockets.length;
    for (let n = 0; n < count; n++) this.#open(this.#active, this.#family);
    return first;
  }

  closeSockets(first: number, count: number): void {
    for (let index = first; index < first + count; index++) {
      this.#sockets[index]?.close();
      this.#sockets[index] = undefined;
    }
  }

  #openInterface({ address, peers }: PeerSettings): VirtualInterface {
    return this.#host.openVirtualInterface(
      {
        name: 'peers0',
        addresses: [address],
        mtuBytes: innerMtuBytes,
        routes: peers.map(({ network }) => network),
      },
      {
        packet: (packet) =>
          this.#run((now) => takeFromApplication(this.#device, now, packet, this)),
      },
    );
  }

  #run(step: (nowNs: number) => void): void {
    step(this.#host.clock.nowNs());
    this.#arm();
    if (this.#isReady || !isRegistered(this.#device)) return;
    this.#isReady = true;
    this.#options.onReady();
  }

  /** A timer that would fire too early only wakes us once more: it stays. */
  #arm(): void {
    const { deadlineNs } = this.#device;
    if (deadlineNs >= this.#timerNs) return;
    this.#timer?.cancel();
    this.#timerNs = deadlineNs;
    const delayNs = Math.max(0, deadlineNs - this.#host.clock.nowNs());
    this.#timer = this.#host.clock.after(delayNs, () => {
      this.#timerNs = never;
      this.#run((now) => advanceDevice(this.#device, now, this));
    });
  }

  #open(name: string | undefined, family: Family): number {
    const index = this.#sockets.length;
    const options = { family, ...(name !== undefined && { interface: name }) };
    const socket = this.#host.openDatagramSocket(options, {
      received: ({ from, payload }) =>
        this.#run((now) => takeDatagram(this.#device, now, index, from, payload, this)),
    });
    this.#sockets.push(socket);
    return index;
  }

  /** The first that is up, in the order of the topology; with one link there is nothing to choose. */
  #chooseInterface(): InterfaceInfo | undefined {
    return this.#host.interfaces
      .list()
      .find(
        ({ name, up, addresses }) =>
          up && name !== 'lo' && name !== 'peers0' && hasFamily(addresses, this.#family),
      );
  }

  /** Sockets on a link: for relays and peers, and one for peers that both families reach. */
  #openPlace(chosen: InterfaceInfo | undefined): DevicePlace {
    const other = this.#family === 4 ? 6 : 4;
    const isDual = this.#settings.isDual && chosen && hasFamily(chosen.addresses, other);
    const socket = this.#open(chosen?.name, this.#family);
    const otherSocket = isDual === true ? this.#open(chosen?.name, other) : undefined;
    const opened = [socket, otherSocket].filter((one) => one !== undefined);
    const gateway =
      this.#settings.mapsPort && chosen ? this.#host.interfaces.gatewayOf(chosen.name) : undefined;
    const own = opened.flatMap((one) => this.#ownEndpoints(one, chosen));
    return { socket, otherSocket, own, gateway };
  }

  #ownEndpoints(socket: number, chosen: InterfaceInfo | undefined): Endpoint[] {
    const { address: bound, port } = this.#sockets[socket]!.local;
    return (chosen?.addresses ?? [])
      .filter(({ address }) => familyOf(address) === familyOf(bound) && !isLinkLocal(address))
      .map(({ address }) => ({ address, port }));
  }

  #onInterfaces(): void {
    const active = this.#host.interfaces.list().find(({ name }) => name === this.#active);
    if (active?.up === true) return;
    const chosen = this.#chooseInterface();
    if (chosen === undefined) return;
    this.#active = chosen.name;
    const place = this.#openPlace(chosen);
    this.record('peer.moved', { interface: chosen.name });
    this.#run((now) => moveDevice(this.#device, now, place, this));
  }
}

function hasFamily(addresses: InterfaceInfo['addresses'], family: Family): boolean {
  return addresses.some(({ address }) => familyOf(address) === family && !isLinkLocal(address));
}

function optionsOf(host: Host, settings: PeerSettings) {
  const { name, token, relays, peers, use, punchDelayNs, search, trace, without } = settings;
  return {
    keys: identityOf(name),
    token: tokenOf(token),
    relays: relays.map((place) => ({ ...place, publicKey: identityOf(labRelayName).publicKey })),
    peers: peers.map((peer) => ({
      name: peer.name,
      publicKey: identityOf(peer.name).publicKey,
      networks: [peer.network],
    })),
    ...{ use, without, punchDelayNs, search, trace },
    fillRandom: (bytes: Uint8Array) => fillRandom(host.random, bytes),
    aead: host.aead,
  };
}
