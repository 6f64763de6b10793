/** The first packet finds its keys agreed on, and what it brings back does not wait for the answer. */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { punchType } from '../wire/punch.ts';
import { takeFromApplication } from './device.ts';
import { startHandshake } from './handshake.ts';
import { identityOf } from './identity.ts';
import {
  arrive,
  createNet,
  packetToBob,
  runNet,
  sendToBob,
  type TestedNet,
} from './testing-net.ts';

let agreements = 0;
const { diffieHellman } = crypto;
crypto.diffieHellman = ((...given: Parameters<typeof diffieHellman>) => {
  agreements += 1;
  return diffieHellman(...given);
}) as typeof diffieHellman;
syncBuiltinESMExports();

function agreementsIn(action: () => void): number {
  const before = agreements;
  action();
  return agreements - before;
}

function createRegisteredNet(): TestedNet {
  const net = createNet();
  runNet(net, 200 * nsPerMs);
  return net;
}

/** What the relay would hand to bob next, with its header, and no longer on its way. */
function takeRelayedToBob(net: TestedNet) {
  runNet(net, net.nowNs + 10 * nsPerMs);
  const at = net.waiting.findIndex(
    ({ to, bytes }) => to === net.bob.endpoint && bytes.length > 100,
  );
  return net.waiting.splice(at, 1)[0]!;
}

test('the first packet waits for no agreement, and for one where it arrives', (t) => {
  const net = createRegisteredNet();
  t.is(
    agreementsIn(() => sendToBob(net, packetToBob(1))),
    0,
  );
  const initiation = takeRelayedToBob(net);
  t.is(
    agreementsIn(() => arrive(net, initiation)),
    1,
  );
  t.is(net.bob.packets.length, 1);
});

test('control: without keys that were readied the first packet waits for two agreements at each end', (t) => {
  const net = createRegisteredNet();
  for (const { device } of [net.alice, net.bob]) {
    Object.assign(device.peers[0]!, { readied: undefined, staticSecret: undefined });
  }
  t.is(
    agreementsIn(() => sendToBob(net, packetToBob(1))),
    2,
  );
  const initiation = takeRelayedToBob(net);
  t.is(
    agreementsIn(() => arrive(net, initiation)),
    2,
  );
});

test('what the first packet brings back leaves before the answer to the handshake', (t) => {
  const net = createRegisteredNet();
  sendToBob(net, packetToBob(1));
  arrive(net, takeRelayedToBob(net));
  const before = net.sent.length;
  const reply = packetToBob(2);
  reply.set([10, 77, 0, 2, 10, 77, 0, 1], 12);
  takeFromApplication(net.bob.device, net.nowNs, reply, net.bob.sink);
  runNet(net, net.nowNs);
  const types = net.sent
    .slice(before)
    .filter(({ from }) => from === net.bob.endpoint)
    .map(({ bytes }) => bytes[16]);
  t.is(types[0], punchType.data);
  t.deepEqual(
    types.filter((type) => type === punchType.answer),
    [punchType.answer, punchType.answer],
  );
  runNet(net, net.nowNs + 20 * nsPerMs);
  t.is(net.alice.packets.length, 1);
});

test('an initiation that comes again before its answer left is answered once', (t) => {
  const net = createRegisteredNet();
  sendToBob(net, packetToBob(1));
  const initiation = takeRelayedToBob(net);
  arrive(net, initiation);
  t.is(
    agreementsIn(() => arrive(net, initiation)),
    0,
  );
  t.is(net.bob.packets.length, 1);
});

test('for a key that is nobody of ours no secret is worked out', (t) => {
  const net = createRegisteredNet();
  const { device, sink } = net.alice;
  Object.assign(device.options, { keys: identityOf('stranger') });
  device.peers[0]!.readied = undefined;
  startHandshake(device, device.peers[0]!, net.nowNs, packetToBob(1), sink);
  const initiation = takeRelayedToBob(net);
  t.is(
    agreementsIn(() => arrive(net, initiation)),
    1,
  );
  t.is(net.bob.packets.length, 0);
});

test('keys are used once, and none waits longer than two minutes', (t) => {
  const net = createRegisteredNet();
  const [bob] = net.alice.device.peers;
  const first = bob!.readied;
  t.not(first, undefined);
  runNet(net, 100 * nsPerSecond);
  t.is(bob!.readied, first);
  runNet(net, 140 * nsPerSecond);
  t.not(bob!.readied, first);
  t.not(bob!.readied, undefined);
  sendToBob(net, packetToBob(1));
  t.is(bob!.readied, undefined);
  runNet(net, 300 * nsPerSecond);
  t.is(bob!.readied, undefined);
  t.is(net.bob.device.peers[0]!.readied, undefined, 'who was called needs none either');
});
