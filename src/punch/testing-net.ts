/** Devices and a relay on a network without boxes, in virtual time, where a test sees every datagram. */
import { type Endpoint, parseIp } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import { fillRandom, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import type { KeyPair } from '../crypto/x25519.ts';
import type { TraceRecord } from '../trace/record.ts';
import { advanceDevice, takeDatagram, takeFromApplication } from './device.ts';
import { createDevice, type Device, type DeviceOptions, type DeviceSink } from './device-state.ts';
import { isSameEndpoint } from './endpoints.ts';
import { clientOf, identityOf, labRelayName, tokenOf } from './identity.ts';
import { placeKeyOf } from './place-key.ts';
import { noLimits, type QuotaLimits } from './quota.ts';
import { createRelay, type Relay, receiveAtRelay } from './relay.ts';
import { registerMessage } from './relay-messages.ts';

export interface Datagram {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
  readonly atNs: number;
}

interface Member {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly device: Device;
  readonly sink: DeviceSink;
  readonly packets: Uint8Array[];
}

export interface TestedNet {
  nowNs: number;
  readonly relay: Relay;
  readonly alice: Member;
  readonly bob: Member;
  /** All that was sent, in order. */
  readonly sent: Datagram[];
  readonly records: Omit<TraceRecord, 'tNs'>[];
  readonly waiting: Datagram[];
  /** Whether a datagram reaches its destination. */
  carries: (datagram: Datagram) => boolean;
}

export const endpointOf = (text: string, port = 5_000): Endpoint => ({
  address: parseIp(text)!,
  port,
});
export const relayEndpoint = endpointOf('192.0.2.1', 3_478);
export const relayKeys = identityOf(labRelayName);
const delayNs = 10 * nsPerMs;

export function createNet(
  options: Partial<DeviceOptions> = {},
  limits: Partial<QuotaLimits> = {},
): TestedNet {
  const records: TestedNet['records'] = [];
  const sent: Datagram[] = [];
  const waiting: Datagram[] = [];
  const relay = createRelay({
    tokens: [{ ...tokenOf('lab'), ...noLimits, ...limits }],
    ...{ keys: relayKeys, lifetimeNs: 60_000 * nsPerMs, mostClients: 100 },
  });
  const put = (from: Endpoint, to: Endpoint, bytes: Uint8Array): void => {
    const datagram = { from, to, bytes: bytes.slice(), atNs: net.nowNs + delayNs };
    sent.push(datagram);
    if (net.carries(datagram)) waiting.push(datagram);
  };
  const member = (name: string, other: string, address: string, inner: string): Member => {
    const endpoint = endpointOf(address);
    const packets: Uint8Array[] = [];
    const random = seedRandom(1, name);
    const sink: DeviceSink = {
      transmit: (_, to, bytes, ttl) => (ttl === undefined ? put(endpoint, to, bytes) : undefined),
      deliver: (packet) => void packets.push(packet.slice()),
      record: (kind, fields) => void records.push({ node: name, kind, ...fields }),
      openSockets: () => 1,
      closeSockets: () => {},
    };
    const peer = { name: other, publicKey: identityOf(other).publicKey };
    const device = createDevice(
      {
        ...{ keys: identityOf(name), token: tokenOf('lab'), use: 'direct-when-established' },
        relays: [{ main: relayEndpoint, alternate: undefined, publicKey: relayKeys.publicKey }],
        peers: [{ ...peer, networks: [parsePrefix(inner)!] }],
        ...{ punchDelayNs: 0, search: false, trace: false },
        fillRandom: (bytes) => fillRandom(random, bytes),
        ...options,
      },
      0,
      [endpoint],
    );
    return { name, endpoint, device, sink, packets };
  };
  const alice = member('alice', 'bob', '198.51.100.1', '10.77.0.2/32');
  const bob = member('bob', 'alice', '203.0.113.1', '10.77.0.1/32');
  const net: TestedNet = {
    ...{ nowNs: 0, relay, alice, bob, sent, records, waiting, carries: () => true },
  };
  return net;
}

/** Until `untilNs`, or until nothing happens any more. */
export function runNet(net: TestedNet, untilNs: number): void {
  for (;;) {
    const next = net.waiting.reduce<Datagram | undefined>(
      (first, one) => (first === undefined || one.atNs < first.atNs ? one : first),
      undefined,
    );
    const members = [net.alice, net.bob];
    const dueNs = Math.min(...members.map(({ device }) => device.deadlineNs));
    const nowNs = Math.min(next?.atNs ?? Number.POSITIVE_INFINITY, dueNs);
    if (nowNs > untilNs) break;
    net.nowNs = Math.max(net.nowNs, nowNs);
    if (next !== undefined && next.atNs <= dueNs) {
      net.waiting.splice(net.waiting.indexOf(next), 1);
      arrive(net, next);
    } else {
      for (const { device, sink } of members) {
        if (device.deadlineNs <= net.nowNs) advanceDevice(device, net.nowNs, sink);
      }
    }
  }
  net.nowNs = untilNs;
}

/** As if it had come over the network, from wherever it says. */
export function arrive(net: TestedNet, { from, to, bytes }: Omit<Datagram, 'atNs'>): void {
  if (isSameEndpoint(to, relayEndpoint)) {
    const sink = {
      transmit: (_: number, dest: Endpoint, answer: Uint8Array) => {
        const datagram = {
          ...{ from: relayEndpoint, to: dest, bytes: answer.slice(), atNs: net.nowNs + delayNs },
        };
        net.sent.push(datagram);
        if (net.carries(datagram)) net.waiting.push(datagram);
      },
      record: () => {},
    };
    receiveAtRelay(net.relay, net.nowNs, 0, from, bytes, sink);
    return;
  }
  for (const { endpoint, device, sink } of [net.alice, net.bob]) {
    if (isSameEndpoint(to, endpoint)) takeDatagram(device, net.nowNs, 0, from, bytes, sink);
  }
}

interface Registration {
  /** Of who asks. */
  readonly keys: KeyPair;
  /** Of the place that is asked for; left out: that of who asks. */
  readonly placeOf?: Uint8Array;
  readonly token?: string;
  readonly ticket?: number;
  readonly timeUs: number;
  readonly probe?: boolean;
}

/** As whoever has these keys can make it. */
export function registrationOf({
  keys,
  placeOf = keys.publicKey,
  token = 'lab',
  ...told
}: Registration): Uint8Array {
  const { secret } = tokenOf(token);
  return registerMessage(secret, placeKeyOf(keys, relayKeys.publicKey)!, {
    ...{ probe: false, ticket: 0, rttUs: 0, token: tokenOf('lab').id },
    ...{ client: clientOf(placeOf), publicKey: placeOf, ...told },
  });
}

/** An IPv4 packet to bob with these bytes behind its header. */
export function packetToBob(...payload: number[]): Uint8Array {
  const packet = new Uint8Array(20 + payload.length);
  packet[0] = 0x45;
  packet.set([10, 77, 0, 1, 10, 77, 0, 2], 12);
  packet.set(payload, 20);
  return packet;
}

export function sendToBob(net: TestedNet, packet: Uint8Array): void {
  takeFromApplication(net.alice.device, net.nowNs, packet, net.alice.sink);
}

/** Registered both, and a session with a direct path between them. */
export function createTalkingNet(options: Partial<DeviceOptions> = {}): TestedNet {
  const net = createNet(options);
  runNet(net, 200 * nsPerMs);
  sendToBob(net, packetToBob(0));
  runNet(net, 500 * nsPerMs);
  return net;
}
