/** System 8.5: forged, replayed and unknown messages change nothing; the relay's bounds hold. */
import test from 'ava';
import fc from 'fast-check';
import { hexOf } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { nsPerMs } from '../base/time.ts';
import { punchType } from '../wire/punch.ts';
import { relayType } from '../wire/relay.ts';
import { isForbidden, isSameEndpoint } from './endpoints.ts';
import { startHandshake } from './handshake.ts';
import { identityOf } from './identity.ts';
import {
  arrive,
  createNet,
  createTalkingNet,
  endpointOf,
  packetToBob,
  registrationOf,
  relayEndpoint,
  runNet,
  sendToBob,
  type TestedNet,
} from './testing-net.ts';

const victim = endpointOf('198.51.100.99', 53);

/** All that a device and the relay know, but for what counts packets. */
function stateOf({ alice, bob, relay, nowNs: _ }: TestedNet): string {
  const peers = [alice, bob].flatMap(({ device }) =>
    device.peers.map((peer) => ({
      ...peer,
      session: peer.session?.id,
      counter: peer.session?.sendCounter,
    })),
  );
  return JSON.stringify(
    [peers, [...relay.clients.values()], alice.packets, bob.packets],
    (key, value) =>
      value instanceof Map
        ? [...value]
        : key === 'privateKey' || key === 'keys'
          ? undefined
          : value,
  );
}

const dataToBob = (net: TestedNet) =>
  net.sent.filter(
    ({ to, bytes }) => isSameEndpoint(to, net.bob.endpoint) && bytes[0] === punchType.data,
  );

test('a net without an attack talks directly', (t) => {
  const net = createTalkingNet();
  t.is(net.bob.packets.length, 1);
  t.is(net.alice.device.peers[0]!.route, 'direct');
  sendToBob(net, packetToBob(7));
  runNet(net, 600 * nsPerMs);
  t.deepEqual([...net.bob.packets[1]!], [...packetToBob(7)]);
});

test('system 8.5: a replayed message changes nothing, whatever it was and wherever it comes from', (t) => {
  const net = createTalkingNet();
  const before = new Map(
    [net.alice, net.bob].map(({ device }) => {
      const { session, route, path } = device.peers[0]!;
      return [device, { id: session!.id, route, to: path!.endpoint }];
    }),
  );
  const sentBefore = net.sent.length;
  for (const datagram of net.sent.slice()) {
    for (const from of [datagram.from, victim]) arrive(net, { ...datagram, from });
  }
  t.is(net.bob.packets.length, 1);
  // A known initiation is answered again, by the relay, and a client's word relayed: once it is asked to register.
  const answers = net.sent.slice(sentBefore).filter(({ to }) => isSameEndpoint(to, victim));
  for (const { bytes } of answers) t.is(bytes[0], relayType.refused);
  t.true(answers.length <= 2);
  runNet(net, 700 * nsPerMs);
  t.is(net.bob.packets.length, 1);
  for (const { device } of [net.alice, net.bob]) {
    const { session, route, path } = device.peers[0]!;
    t.deepEqual({ id: session!.id, route, to: path!.endpoint }, before.get(device));
  }
});

test('system 8.5: what is sent back to its own sender changes nothing, and is not answered', (t) => {
  const net = createTalkingNet();
  const before = stateOf(net);
  const sent = net.sent.slice();
  for (const [member, other] of [
    [net.alice, net.bob],
    [net.bob, net.alice],
  ] as const) {
    const own = sent.filter(({ from }) => isSameEndpoint(from, member.endpoint));
    for (const { bytes } of own) {
      for (const from of [other.endpoint, relayEndpoint, victim]) {
        arrive(net, { from, to: member.endpoint, bytes });
        if (bytes[0] === relayType.send) {
          arrive(net, { from, to: member.endpoint, bytes: bytes.subarray(16) });
        }
      }
    }
  }
  t.is(stateOf(net), before);
  t.is(net.sent.length, sent.length);
});

test('system 8.5: a forged message with the right session and a new counter changes nothing', (t) => {
  const net = createTalkingNet();
  sendToBob(net, packetToBob(1));
  const { bytes, from, to } = dataToBob(net).at(-1)!;
  net.waiting.length = 0;
  const before = stateOf(net);
  for (let n = 1; n <= 64; n++) {
    const forged = bytes.slice();
    forged[15]! += n;
    arrive(net, { from, to, bytes: forged });
  }
  t.is(stateOf(net), before);
});

test('system 8.5: a peer is tried at 16 addresses at most, however many it names', (t) => {
  const net = createNet();
  Object.assign(net.alice.device, {
    own: Array.from({ length: 40 }, (_, n) => endpointOf(`198.51.100.${100 + n}`, 53)),
  });
  runNet(net, 200 * nsPerMs);
  sendToBob(net, packetToBob(1));
  runNet(net, 4_000 * nsPerMs);
  t.is(net.bob.device.peers[0]!.offer!.candidates.length, 16);
  const tried = net.sent.filter(
    ({ from, to }) => isSameEndpoint(from, net.bob.endpoint) && to.port === 53,
  );
  t.true(new Set(tried.map(({ to }) => to.address)).size <= 16);
});

test('system 8.5: a message with any bit turned changes nothing', (t) => {
  const net = createTalkingNet();
  sendToBob(net, packetToBob(1, 2, 3));
  const last = dataToBob(net).at(-1)!;
  net.waiting.length = 0;
  const before = stateOf(net);
  for (let at = 0; at < last.bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const bytes = last.bytes.slice();
      bytes[at]! ^= 1 << bit;
      arrive(net, { ...last, bytes });
    }
  }
  t.is(stateOf(net), before);
  arrive(net, last);
  t.deepEqual([...net.bob.packets.at(-1)!], [...packetToBob(1, 2, 3)]);
});

test('system 8.5: cut messages and noise change nothing, and nothing answers them', (t) => {
  const net = createTalkingNet();
  const before = stateOf(net);
  const sent = net.sent.length;
  for (const { from, to, bytes } of net.sent.slice()) {
    // A registration and a relayed packet have their own tests: here they are cut as well.
    for (let length = 0; length < Math.min(bytes.length, 48); length += 3) {
      if (bytes[0] === relayType.send) continue;
      arrive(net, { from, to, bytes: bytes.subarray(0, length) });
    }
  }
  t.is(stateOf(net), before);
  t.is(net.sent.length, sent);
});

test('system 8.5: no bytes make a device or a relay throw', (t) => {
  const net = createTalkingNet();
  const types = fc.constantFrom(...Object.values(relayType), ...Object.values(punchType));
  const noise = fc.tuple(types, fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0, 1, 2));
  const survives = fc.property(noise, ([type, rest, target]) => {
    const bytes = Uint8Array.of(type, ...rest);
    const to = [net.alice.endpoint, net.bob.endpoint, relayEndpoint][target]!;
    const before = stateOf(net);
    for (const from of [victim, relayEndpoint, net.alice.endpoint])
      arrive(net, { from, to, bytes });
    t.is(stateOf(net), before);
  });
  fc.assert(survives, propertyRuns(100));
});

test('system 8.5: who has no key that a device knows is not answered', (t) => {
  const net = createTalkingNet();
  const mallory = createNet({ keys: identityOf('mallory') });
  runNet(mallory, 200 * nsPerMs);
  const { device, sink } = mallory.alice;
  startHandshake(device, device.peers[0]!, mallory.nowNs, packetToBob(6), sink);
  const initiation = mallory.sent.at(-1)!.bytes.subarray(16);
  t.is(initiation[0], punchType.initiation);
  const sent = net.sent.length;
  arrive(net, { from: victim, to: net.bob.endpoint, bytes: initiation });
  t.is(net.sent.length, sent);
  t.is(net.bob.packets.length, 1);
});

test('system 8.5: a relay is silent to who holds no token, and to a registration from before', (t) => {
  const net = createTalkingNet();
  const sent = net.sent.length;
  // Even bob himself.
  const forged = registrationOf({ keys: identityOf('bob'), token: 'guessed', timeUs: 10 ** 9 });
  arrive(net, { from: victim, to: relayEndpoint, bytes: forged });
  const old = net.sent.find(({ bytes }) => bytes[0] === relayType.register)!;
  arrive(net, { ...old, from: victim });
  t.is(net.sent.length, sent);
  const bob = net.relay.clients.get(net.bob.device.client)!;
  t.deepEqual(bob.endpoint, net.bob.endpoint);
});

test('system 8.5: a relay never answers with more bytes than came, and sends little to an address that does not answer', (t) => {
  const net = createTalkingNet({ use: 'never-switch' });
  // Bob's own registration, sent from an address that he does not hear at.
  const moved = registrationOf({ keys: identityOf('bob'), timeUs: 10 ** 9 });
  const sent = net.sent.length;
  arrive(net, { from: victim, to: relayEndpoint, bytes: moved });
  t.is(net.sent.length, sent + 1);
  t.true(net.sent.at(-1)!.bytes.length <= moved.length);
  // Short ones too: one more would fit if any byte were not counted.
  for (let n = 0; n < 50; n++) sendToBob(net, packetToBob(...new Array<number>(2 * n).fill(n)));
  runNet(net, 520 * nsPerMs);
  const toVictim = net.sent.slice(sent).filter(({ to }) => isSameEndpoint(to, victim));
  const bytes = toVictim.reduce((sum, datagram) => sum + datagram.bytes.length, 0);
  t.true(bytes <= 3 * moved.length, String(bytes));
});

test('system 8.5: who is over quota is refused, and nobody gets what he sent', (t) => {
  const net = createNet({ use: 'never-switch' }, { bytes: 3_000 });
  runNet(net, 200 * nsPerMs);
  for (let n = 0; n < 40; n++) sendToBob(net, packetToBob(...new Array<number>(100).fill(n)));
  runNet(net, 400 * nsPerMs);
  t.true(net.bob.packets.length < 30);
  t.true(net.relay.relayed.refused > 0);
  t.true(net.relay.relayed.bytes <= 3_000);
  t.true(
    net.records.some(({ kind, reason }) => kind === 'relay.refused' && reason === 'over-quota'),
  );
});

test('system 8.5: the relay sees ciphertext only', (t) => {
  const secret = [...new TextEncoder().encode('a secret that nobody on the way may read')];
  const net = createTalkingNet({ use: 'never-switch' });
  sendToBob(net, packetToBob(...secret));
  runNet(net, 600 * nsPerMs);
  t.deepEqual([...net.bob.packets.at(-1)!.subarray(20)], secret);
  const needle = hexOf(Uint8Array.from(secret.slice(0, 8)));
  for (const { bytes } of net.sent) t.false(hexOf(bytes).includes(needle));
});

test('system 8.5: a peer that names a victim makes us send it three times its own bytes at most', (t) => {
  const net = createNet();
  // Mallory is a peer that bob trusts with packets, and not with where to send.
  Object.assign(net.alice.device, {
    own: Array.from({ length: 16 }, (_, n) => endpointOf(`198.51.100.${100 + n}`, 53)),
  });
  net.carries = ({ to, from }) =>
    isSameEndpoint(to, relayEndpoint) || isSameEndpoint(from, relayEndpoint);
  runNet(net, 200 * nsPerMs);
  sendToBob(net, packetToBob(1));
  runNet(net, 4_000 * nsPerMs);
  const fromBob = net.sent.filter(({ from }) => isSameEndpoint(from, net.bob.endpoint));
  const toVictims = fromBob.filter(({ to }) => to.port === 53);
  const bytes = toVictims.reduce((sum, datagram) => sum + datagram.bytes.length, 0);
  const { receivedBytes } = net.bob.device.peers[0]!;
  t.true(toVictims.length > 0);
  t.true(bytes <= 3 * receivedBytes, `${bytes} for ${receivedBytes}`);
});

test("nobody's word makes us send to loopback, to groups, to everybody or to port 0", (t) => {
  const wrong = [
    '127.0.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    '::1',
    'ff02::1',
    '::ffff:127.0.0.1',
  ];
  for (const text of wrong) t.true(isForbidden(endpointOf(text)), text);
  t.true(isForbidden(endpointOf('192.0.2.1', 0)));
  for (const text of ['192.0.2.1', '10.0.0.1', '2001:db8::1'])
    t.false(isForbidden(endpointOf(text)), text);
});
