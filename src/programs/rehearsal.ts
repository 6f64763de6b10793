/**
 * Two peers and a relay talk to each other in memory, over and over: the first handshake that counts would
 * else be made by code that is not compiled yet, and be late by that. They are the programs themselves,
 * since what is compiled serves only objects of the kinds that it has seen.
 */
import { type Endpoint, formatEndpoint, type Ip, parseIp } from '../base/address.ts';
import type { Aead } from '../base/aead.ts';
import { FaultError } from '../base/errors.ts';
import { type Random, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import { createFakeTime, drive, type FakeTime, scheduleAt } from '../host/fake-time.ts';
import type {
  Clock,
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  Host,
  Interfaces,
  VirtualInterface,
  VirtualInterfaceEvents,
} from '../host/host.ts';
import { startPeer } from './peer.ts';
import { startRelay } from './relay.ts';

const delayNs = nsPerMs;
const settlingNs = 100 * nsPerMs;
const packetsATalk = 40;
const packetBytes = 1_400;
const relayPlace = { port: 3_478, token: 'rehearsal' };
const relayAddress = '192.0.2.1';
const [one, other] = ['10.77.0.1', '10.77.0.2'] as const;

/** Returns how many packets arrived: there and back, of all talks. */
export function rehearse(talks: number, aead: Aead | undefined): number {
  let arrived = 0;
  for (let talk = 1; talk <= talks; talk++) arrived += rehearseTalk(talk, aead);
  return arrived;
}

function rehearseTalk(talk: number, aead: Aead | undefined): number {
  const stage: Stage = { time: createFakeTime(), sockets: new Map() };
  const hosts = [relayAddress, '192.0.2.2', '192.0.2.3'].map(
    (address) => new StageHost(stage, seedRandom(talk, address), parseIp(address)!, aead),
  );
  const [relay, near, far] = hosts as [StageHost, StageHost, StageHost];
  const programs = [
    startRelay(relay, { ...relayPlace, addresses: relayAddress }),
    startPeer(near, settingsOf('one', one, { other })),
    startPeer(far, settingsOf('other', other, { one })),
  ];
  drive(stage.time, settlingNs);
  for (let count = 0; count < packetsATalk; count++) {
    near.say(makePacket());
    drive(stage.time, nsPerMs);
  }
  drive(stage.time, settlingNs);
  for (const program of programs) program.stop();
  return near.heard + far.heard;
}

function settingsOf(name: string, address: string, peers: Record<string, string>) {
  return { ...relayPlace, relay: relayAddress, name, address, peers };
}

interface Stage {
  readonly time: FakeTime;
  readonly sockets: Map<string, { readonly host: StageHost; readonly events: DatagramEvents }>;
}

/** A node of one link, on which all datagrams take the same time. */
class StageHost implements Host {
  readonly node = 'rehearsal';
  readonly clock: Clock;
  readonly random: Random;
  readonly aead: Aead | undefined;
  readonly records = { record: () => undefined };
  readonly lifecycle = { ready: () => undefined, finish: () => undefined, fail: () => undefined };
  readonly interfaces: Interfaces;
  heard = 0;
  readonly #stage: Stage;
  readonly #address: Ip;
  #virtual: VirtualInterfaceEvents | undefined;
  #nextPort = 4_000;

  constructor(stage: Stage, random: Random, address: Ip, aead: Aead | undefined) {
    const { time } = stage;
    this.#stage = stage;
    this.#address = address;
    this.random = random;
    this.aead = aead;
    this.clock = {
      nowNs: () => time.nowNs,
      after: (afterNs, callback) => scheduleAt(time, time.nowNs + afterNs, callback),
    };
    this.interfaces = interfacesAt(address);
  }

  /** As an application of this node. */
  say(packet: Uint8Array): void {
    this.#virtual?.packet(packet);
  }

  openDatagramSocket({ port }: DatagramOptions, events: DatagramEvents): DatagramSocket {
    const { time, sockets } = this.#stage;
    const local = { address: this.#address, port: port || this.#nextPort++ };
    const key = formatEndpoint(local);
    sockets.set(key, { host: this, events });
    return {
      local,
      send: (payload, to) => {
        const copy = payload.slice();
        scheduleAt(time, time.nowNs + delayNs, () => this.#carry(local, to, copy));
        return 'sent';
      },
      close: () => void sockets.delete(key),
    };
  }

  #carry(from: Endpoint, to: Endpoint, payload: Uint8Array): void {
    const socket = this.#stage.sockets.get(formatEndpoint(to));
    socket?.events.received({ from, to, interface: 'link', ttl: 64, payload });
  }

  /** Whoever is far answers each packet with one of its own. */
  openVirtualInterface(_: unknown, events: VirtualInterfaceEvents): VirtualInterface {
    const { time } = this.#stage;
    this.#virtual = events;
    const inject = (packet: Uint8Array): 'accepted' => {
      this.heard += 1;
      if (packet[19] === 2) scheduleAt(time, time.nowNs, () => events.packet(makePacket(true)));
      return 'accepted';
    };
    return { name: 'peers0', inject, close: () => undefined };
  }

  openStream = refuse;
  listenStream = refuse;
  openFramePort = refuse;
}

function refuse(): never {
  throw new FaultError({ code: 'not-faked', message: 'a rehearsal has datagrams only' });
}

function interfacesAt(address: Ip): Interfaces {
  const addresses = [{ address, length: 24 }];
  const link = { name: 'link', index: 1, mac: 0 as never, mtuBytes: 1_500, up: true, addresses };
  return {
    list: () => [link],
    onChange: () => ({ close: () => undefined }),
    gatewayOf: () => undefined,
  };
}

function makePacket(isBack = false): Uint8Array {
  const packet = new Uint8Array(packetBytes);
  packet[0] = 0x45;
  packet.set(isBack ? [10, 77, 0, 2, 10, 77, 0, 1] : [10, 77, 0, 1, 10, 77, 0, 2], 12);
  return packet;
}
