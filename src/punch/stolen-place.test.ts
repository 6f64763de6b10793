/** System 8.5: a place on the relay belongs to a key pair. Mallory holds the token as bob does, and has keys of its own. */
import test from 'ava';
import type { Endpoint } from '../base/address.ts';
import { nsPerMs } from '../base/time.ts';
import { relayType } from '../wire/relay.ts';
import { isSameEndpoint } from './endpoints.ts';
import { identityOf } from './identity.ts';
import { placeKeyOf } from './place-key.ts';
import { registeredMessage } from './relay-messages.ts';
import {
  arrive,
  createTalkingNet,
  endpointOf,
  packetToBob,
  registrationOf,
  relayEndpoint,
  relayKeys,
  runNet,
  sendToBob,
  type TestedNet,
} from './testing-net.ts';

const hideout = endpointOf('198.51.100.66');
const [bob, mallory] = [identityOf('bob'), identityOf('mallory')];
const later = 10 ** 9;

/** All packets go by the relay. */
const createRelayedNet = () => createTalkingNet({ use: 'never-switch' });

function hand(net: TestedNet, bytes: Uint8Array, from: Endpoint = hideout): void {
  arrive(net, { from, to: relayEndpoint, bytes });
  runNet(net, net.nowNs + 20 * nsPerMs);
}

/** Whether bob gets what alice says now, and whether it comes to the hideout. */
function whoHears(net: TestedNet): { bob: boolean; mallory: boolean } {
  const [packets, sent] = [net.bob.packets.length, net.sent.length];
  sendToBob(net, packetToBob(9));
  runNet(net, net.nowNs + 100 * nsPerMs);
  const heard = net.sent
    .slice(sent)
    .some(({ to, bytes }) => isSameEndpoint(to, hideout) && bytes[0] === relayType.deliver);
  return { bob: net.bob.packets.length > packets, mallory: heard };
}

const forgeries = [
  ["under bob's number and key", { placeOf: bob.publicKey }],
  ["to ask only, with bob's time spent", { placeOf: bob.publicKey, probe: true, timeUs: 2 ** 47 }],
] as const;
for (const [name, forgery] of forgeries) {
  test(`system 8.5: who holds the token and registers ${name} gets no answer, and bob keeps his place`, (t) => {
    const net = createRelayedNet();
    const sent = net.sent.length;
    arrive(net, {
      ...{ from: hideout, to: relayEndpoint },
      bytes: registrationOf({ keys: mallory, timeUs: later, ...forgery }),
    });
    t.is(net.sent.length, sent);
    t.deepEqual(whoHears(net), { bob: true, mallory: false });
    // His own next word is still younger than the last that counted.
    const client = net.relay.clients.get(net.bob.device.client)!;
    const beforeUs = client.lastTimeUs;
    runNet(net, net.nowNs + 20_000 * nsPerMs);
    t.true(client.lastTimeUs > beforeUs && client.lastTimeUs < later);
  });
}

test("system 8.5: a number is no place without the key that it is made of: bob's number, mallory's key", (t) => {
  const net = createRelayedNet();
  const own = registrationOf({ keys: mallory, timeUs: later });
  const forged = registrationOf({ keys: mallory, placeOf: bob.publicKey, timeUs: later });
  // The head says that it is bob, by the token that both hold; key and proof are mallory's own.
  const mixed = Uint8Array.from([...forged.subarray(0, 48), ...own.subarray(48)]);
  const sent = net.sent.length;
  arrive(net, { from: hideout, to: relayEndpoint, bytes: mixed });
  t.is(net.sent.length, sent);
  t.deepEqual(whoHears(net), { bob: true, mallory: false });
});

test('system 8.5: nobody takes a place that is not taken yet either', (t) => {
  const net = createRelayedNet();
  const carol = identityOf('carol');
  const forged = registrationOf({ keys: mallory, placeOf: carol.publicKey, timeUs: later });
  const before = net.relay.clients.size;
  hand(net, forged);
  t.is(net.relay.clients.size, before);
});

test('control: with the key of bob the place moves, and what is for him goes there', (t) => {
  const net = createRelayedNet();
  hand(net, registrationOf({ keys: bob, timeUs: later }));
  t.deepEqual(whoHears(net), { bob: false, mallory: true });
});

test('system 8.5: who holds the token cannot tell a client that it is somewhere else', (t) => {
  for (const [forger, isBelieved] of [
    [mallory, false],
    // Control: by the relay's own key it is believed.
    [relayKeys, true],
  ] as const) {
    const net = createTalkingNet();
    const link = net.alice.device.links[0]!;
    // Mallory guesses the microsecond in which alice asks.
    link.asked.set(link.lastTimeUs, { sentNs: net.nowNs, probe: false });
    const key = placeKeyOf(forger, net.alice.device.options.keys.publicKey)!;
    const bytes = registeredMessage(key, { timeUs: link.lastTimeUs }, hideout, 7);
    arrive(net, { from: relayEndpoint, to: net.alice.endpoint, bytes });
    t.is(isSameEndpoint(link.observed!, hideout), isBelieved);
  }
});
