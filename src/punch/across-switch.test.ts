/** System 8.3 at the machines: what goes in comes out, and only its outer destination changes. */
import test from 'ava';
import { nsPerMs } from '../base/time.ts';
import { punchType } from '../wire/punch.ts';
import { relayType } from '../wire/relay.ts';
import { isSameEndpoint } from './endpoints.ts';
import { createReplayWindow } from './replay-window.ts';
import {
  createNet,
  createTalkingNet,
  packetToBob,
  relayEndpoint,
  runNet,
  sendToBob,
} from './testing-net.ts';

test('system 8.3: the inner packet is identical, the outer one goes to the relay before and to the peer after', (t) => {
  const net = createNet();
  runNet(net, 200 * nsPerMs);
  const given: Uint8Array[] = [];
  const outer: string[] = [];
  for (let n = 0; n < 40; n++) {
    const packet = packetToBob(n, ...new Array<number>(300).fill(n));
    given.push(packet.slice());
    const before = net.sent.length;
    sendToBob(net, packet);
    const [datagram] = net.sent.slice(before);
    const isRelayed = datagram!.bytes[0] === relayType.send;
    t.true(isSameEndpoint(datagram!.to, isRelayed ? relayEndpoint : net.bob.endpoint));
    if (!isRelayed) t.is(datagram!.bytes[0], punchType.data);
    outer.push(isRelayed ? 'relay' : 'peer');
    runNet(net, net.nowNs + 5 * nsPerMs);
  }
  runNet(net, net.nowNs + 500 * nsPerMs);
  t.is(outer[0], 'relay');
  t.is(outer.at(-1), 'peer');
  t.is(outer.lastIndexOf('relay') + 1, outer.indexOf('peer'));
  t.deepEqual(
    net.bob.packets.map((packet) => [...packet]),
    given.map((packet) => [...packet]),
  );
});

test('system 8.3, control: without the fence what is sent directly overtakes what is relayed', (t) => {
  const net = createNet();
  runNet(net, 200 * nsPerMs);
  const order = (): number[] => net.bob.packets.map((packet) => packet[20]!);
  // No packet waits: each is handed on as if it were of the oldest path.
  Object.defineProperty(net.bob.device.peers[0]!.arrival, 'epoch', {
    get: () => 0x7fff,
    set: () => {},
  });
  for (let n = 0; n < 80; n++) {
    sendToBob(net, packetToBob(n));
    runNet(net, net.nowNs + nsPerMs);
  }
  runNet(net, net.nowNs + 500 * nsPerMs);
  const seen = order();
  t.is(seen.length, 80);
  t.notDeepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test('a packet that goes both ways is handed on once', (t) => {
  const net = createTalkingNet();
  const { path } = net.alice.device.peers[0]!;
  path!.suspectSinceNs = net.nowNs;
  const before = net.bob.packets.length;
  sendToBob(net, packetToBob(9));
  runNet(net, net.nowNs + 100 * nsPerMs);
  t.is(net.bob.packets.length, before + 1);
  t.is(net.alice.device.peers[0]!.counts.doubled, 1);
});

test('control: where the receiver knows no counter again, both of them are handed on', (t) => {
  const net = createTalkingNet();
  net.alice.device.peers[0]!.path!.suspectSinceNs = net.nowNs;
  const { session } = net.bob.device.peers[0]!;
  const before = net.bob.packets.length;
  sendToBob(net, packetToBob(9));
  // Each of the two comes to a receiver that has seen nothing.
  Object.defineProperty(session, 'window', { get: createReplayWindow });
  runNet(net, net.nowNs + 100 * nsPerMs);
  t.is(net.bob.packets.length, before + 2);
});
