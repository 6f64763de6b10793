/** System 8.5: what somebody else's word makes us send to an address that has not answered. */
import test from 'ava';
import type { Endpoint } from '../base/address.ts';
import { nsPerMs } from '../base/time.ts';
import { isMalformed } from '../wire/malformed.ts';
import { parseRelay, type RelayMessage, relayType } from '../wire/relay.ts';
import { isSameEndpoint } from './endpoints.ts';
import { introduceMessage } from './relay-messages.ts';
import { sendControl } from './sending.ts';
import {
  arrive,
  createNet,
  endpointOf,
  packetToBob,
  registrationOf,
  relayEndpoint,
  runNet,
  sendToBob,
  type TestedNet,
} from './testing-net.ts';

const victim = endpointOf('198.51.100.99', 53);
/** Of a probe, and of the longest first round: an address at most 41 times, twelve ports four times each. */
const [probeBytes, roundBytes] = [40, (41 + 12 * 4) * 40];

/** Both talk by the relay: no direct way works, and the first round is over. */
function createRelayedNet(): TestedNet {
  const net = createNet();
  net.carries = ({ to, from }) =>
    isSameEndpoint(to, relayEndpoint) || isSameEndpoint(from, relayEndpoint);
  runNet(net, 200 * nsPerMs);
  sendToBob(net, packetToBob(1));
  runNet(net, 1_000 * nsPerMs);
  return net;
}

/** Of alice, to whom `isVictim` says, in bytes. */
function sentByAlice({ sent, alice }: TestedNet, isVictim: (to: Endpoint) => boolean): number {
  return sent
    .filter(({ from, to }) => isSameEndpoint(from, alice.endpoint) && isVictim(to))
    .reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** Bob's registration, by himself, as if it came from the victim. */
function registerFromVictim(net: TestedNet, ticket: number): void {
  const { keys } = net.bob.device.options;
  const bytes = registrationOf({ keys, ticket, timeUs: Math.floor(net.nowNs / 1_000) + 1 });
  arrive(net, { from: victim, to: relayEndpoint, bytes });
}

const toVictim = (to: Endpoint) => isSameEndpoint(to, victim);

test('system 8.5: a registration with a forged sender has nobody probe there', (t) => {
  const net = createRelayedNet();
  registerFromVictim(net, 0);
  runNet(net, net.nowNs + 10_000 * nsPerMs);
  t.is(sentByAlice(net, toVictim), 0);
  const told = net.sent.filter(
    ({ bytes, to }) => bytes[0] === relayType.introduce && isSameEndpoint(to, net.alice.endpoint),
  );
  t.true(told.length > 0);
});

test('control: who shows the ticket that was sent there is introduced, and probed', (t) => {
  const net = createRelayedNet();
  registerFromVictim(net, 0);
  const { bytes } = net.sent.findLast(({ to }) => isSameEndpoint(to, victim))!;
  const answer = parseRelay(bytes, 0, bytes.length) as RelayMessage & { kind: 'registered' };
  t.false(isMalformed(answer));
  runNet(net, net.nowNs + 20 * nsPerMs);
  registerFromVictim(net, answer.ticket);
  runNet(net, net.nowNs + 1_000 * nsPerMs);
  t.true(sentByAlice(net, toVictim) >= probeBytes);
});

/** Bob says fifty times that his box counts, each time from another port on. */
function offerFiftyPorts(net: TestedNet): void {
  const { device, sink } = net.bob;
  for (let n = 0; n < 50; n++) {
    const offer = { kind: 'offer', box: 'sequential', step: 1, search: false } as const;
    const lastPort = 10_000 + 100 * n;
    sendControl(device, device.peers[0]!, { ...offer, lastPort, candidates: [] }, undefined, sink);
    runNet(net, net.nowNs + 10 * nsPerMs);
  }
  runNet(net, net.nowNs + 500 * nsPerMs);
}

/** The relay itself lies: fifty places for bob. */
function introduceFiftyPlaces(net: TestedNet): void {
  const { ticket } = net.alice.device.links[0]!;
  for (let n = 0; n < 50; n++) {
    const place = endpointOf(`198.51.100.${100 + n}`, 53);
    const bytes = introduceMessage(place, ticket, net.bob.device.client, 0, 20 * nsPerMs);
    arrive(net, { from: relayEndpoint, to: net.alice.endpoint, bytes });
    runNet(net, net.nowNs + 10 * nsPerMs);
  }
  runNet(net, net.nowNs + 500 * nsPerMs);
}

const attacks = [
  ['fifty offers of other ports', offerFiftyPorts, ({ port }: Endpoint) => port >= 10_000],
  [
    'fifty places from a relay that lies',
    introduceFiftyPlaces,
    ({ port }: Endpoint) => port === 53,
  ],
] as const;

for (const [name, attack, isVictim] of attacks) {
  test(`system 8.5: ${name} make us send three times the peer's own bytes and one first round at most`, (t) => {
    const net = createRelayedNet();
    attack(net);
    const bytes = sentByAlice(net, isVictim);
    const { receivedBytes } = net.alice.device.peers[0]!;
    t.true(bytes > 0);
    t.true(bytes <= 3 * receivedBytes + roundBytes, `${bytes} for ${receivedBytes}`);
  });

  test(`control: without the budget ${name} make us send more`, (t) => {
    const net = createRelayedNet();
    const peer = net.alice.device.peers[0]!;
    const before = peer.receivedBytes;
    peer.receivedBytes = Number.POSITIVE_INFINITY;
    attack(net);
    // What the fifty offers weigh: a relayed one is no longer than 100 bytes.
    const mostReceivedBytes = before + 50 * 100;
    const bytes = sentByAlice(net, isVictim);
    t.true(bytes > 3 * mostReceivedBytes + roundBytes, String(bytes));
  });
}

test('system 8.5: a peer that forges its sender has three times its own bytes sent there at most', (t) => {
  for (const pauseNs of [0, nsPerMs, 10 * nsPerMs]) {
    const net = createRelayedNet();
    const { device } = net.bob;
    let forgedBytes = 0;
    const forge = (_: number, __: Endpoint, bytes: Uint8Array): void => {
      forgedBytes += bytes.length;
      arrive(net, { from: victim, to: net.alice.endpoint, bytes: bytes.slice() });
    };
    for (let probe = 1; probe <= 50; probe++) {
      const way = { socket: 0, to: net.alice.endpoint };
      const sink = { ...net.bob.sink, transmit: forge };
      sendControl(device, device.peers[0]!, { kind: 'probe', probe }, way, sink);
      runNet(net, net.nowNs + pauseNs);
    }
    runNet(net, net.nowNs + 3_000 * nsPerMs);
    const bytes = sentByAlice(net, toVictim);
    t.log(`${bytes} for ${forgedBytes}`);
    t.true(bytes > 0);
    t.true(bytes <= 3 * forgedBytes, `${bytes} for ${forgedBytes}`);
  }
});
