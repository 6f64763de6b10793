/**
 * Two devices and a relay talk to each other in memory, over and over: the first handshake that counts
 * would else be made by code that is not compiled yet, and be late by that.
 */

import type { Endpoint, Ipv4 } from '../base/address.ts';
import type { Aead } from '../base/aead.ts';
import { fillRandom, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import { advanceDevice, takeDatagram, takeFromApplication } from './device.ts';
import { createDevice, type Device, type DeviceSink } from './device-state.ts';
import { isSameEndpoint } from './endpoints.ts';
import { identityOf, tokenOf } from './identity.ts';
import { noLimits } from './quota.ts';
import { createRelay, receiveAtRelay } from './relay.ts';

const delayNs = nsPerMs;
const talkNs = 100 * nsPerMs;
const packetsATalk = 40;
const packetBytes = 1_400;
const relayEndpoint = endpointOf(1);

interface Actor {
  readonly device: Device;
  readonly sink: DeviceSink;
}

interface Flying {
  readonly atNs: number;
  readonly land: (nowNs: number) => void;
}

/** Returns how many packets arrived, of all that were sent. */
export function rehearse(talks: number, aead: Aead | undefined): number {
  let arrived = 0;
  for (let talk = 1; talk <= talks; talk++) arrived += new Rehearsal(talk, aead).run();
  return arrived;
}

class Rehearsal {
  readonly #flying: Flying[] = [];
  readonly #relay = createRelay({
    tokens: [{ ...tokenOf('rehearsal'), ...noLimits }],
    ...{ secret: tokenOf('tickets').secret, lifetimeNs: 60_000 * nsPerMs, mostClients: 2 },
  });
  readonly #actors: readonly [Actor, Actor];
  #nowNs = 0;
  #arrived = 0;

  constructor(talk: number, aead: Aead | undefined) {
    this.#actors = [
      this.#actor(talk, 'one', 'other', 2, aead),
      this.#actor(talk, 'other', 'one', 3, aead),
    ];
  }

  run(): number {
    this.#runUntil(talkNs);
    const [{ device, sink }] = this.#actors;
    for (let place = 1; place <= packetsATalk; place++) {
      takeFromApplication(device, this.#nowNs, packetTo(3), sink);
      this.#runUntil(talkNs + place * nsPerMs);
    }
    this.#runUntil(2 * talkNs);
    return this.#arrived;
  }

  #actor(talk: number, name: string, peer: string, host: number, aead: Aead | undefined): Actor {
    const random = seedRandom(talk, name);
    const own = endpointOf(host);
    const other = identityOf(peer).publicKey;
    const network = { address: endpointOf(5 - host).address, length: 32 };
    const device = createDevice(
      {
        ...{ keys: identityOf(name), token: tokenOf('rehearsal'), use: 'direct-when-established' },
        relays: [{ main: relayEndpoint, alternate: undefined }],
        peers: [{ name: peer, publicKey: other, networks: [network] }],
        ...{ punchDelayNs: 0, search: false, trace: false, aead },
        fillRandom: (bytes) => fillRandom(random, bytes),
      },
      0,
      [own],
    );
    return { device, sink: this.#sinkOf(own) };
  }

  #sinkOf(own: Endpoint): DeviceSink {
    return {
      transmit: (_, to, bytes, ttl) => {
        if (ttl === undefined) this.#fly(own, to, bytes.slice());
      },
      deliver: () => {
        this.#arrived += 1;
      },
      record: () => undefined,
      openSockets: () => 1,
      closeSockets: () => undefined,
    };
  }

  #fly(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    const atNs = this.#nowNs + delayNs;
    this.#flying.push({ atNs, land: (nowNs) => this.#land(nowNs, from, to, bytes) });
  }

  #land(nowNs: number, from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    if (isSameEndpoint(to, relayEndpoint)) {
      receiveAtRelay(this.#relay, nowNs, 0, from, bytes, {
        transmit: (_, back, answer) => this.#fly(relayEndpoint, back, answer.slice()),
        record: () => undefined,
      });
      return;
    }
    const actor = this.#actors.find(({ device }) => isSameEndpoint(device.own[0]!, to));
    if (actor !== undefined) takeDatagram(actor.device, nowNs, 0, from, bytes, actor.sink);
  }

  /** All take one time to fly, so that the first to leave is the first to land. */
  #runUntil(untilNs: number): void {
    for (;;) {
      const dueNs = Math.min(...this.#actors.map(({ device }) => device.deadlineNs));
      const landNs = this.#flying[0]?.atNs ?? Number.POSITIVE_INFINITY;
      const nextNs = Math.min(dueNs, landNs);
      if (nextNs > untilNs) break;
      this.#nowNs = Math.max(this.#nowNs, nextNs);
      if (landNs <= dueNs) this.#flying.shift()!.land(this.#nowNs);
      else for (const { device, sink } of this.#actors) advanceDevice(device, this.#nowNs, sink);
    }
    this.#nowNs = untilNs;
  }
}

/** 192.0.2.0/24 (RFC 5737). */
function endpointOf(host: number): Endpoint {
  return { address: (0xc000_0200 + host) as Ipv4, port: 4_000 };
}

function packetTo(host: number): Uint8Array {
  const packet = new Uint8Array(packetBytes);
  packet[0] = 0x45;
  packet.set([192, 0, 2, host], 16);
  return packet;
}
