/** A session that lasts gets new keys; its paths, its order and its counters stay. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { punchType } from '../wire/punch.ts';
import { arrive, createTalkingNet, packetToBob, runNet, sendToBob } from './testing-net.ts';

function talkFor(net: ReturnType<typeof createTalkingNet>, seconds: number): number {
  let sent = 0;
  for (const endNs = net.nowNs + seconds * nsPerSecond; net.nowNs < endNs; sent++) {
    sendToBob(net, packetToBob(sent & 0xff, sent >>> 8));
    runNet(net, net.nowNs + 500 * nsPerMs);
  }
  return sent;
}

test('after two minutes of use both have new keys, and no packet noticed', (t) => {
  const net = createTalkingNet();
  const [alice, bob] = [net.alice.device.peers[0]!, net.bob.device.peers[0]!];
  const before = { id: alice.session!.id, path: alice.path };
  const sent = talkFor(net, 130);
  t.not(alice.session!.id, before.id);
  t.is(bob.session!.id, alice.session!.id);
  t.is(alice.path, before.path);
  t.is(net.records.filter(({ kind }) => kind === 'keys.renewed').length, 2);
  t.is(net.bob.packets.length, 1 + sent);
  const numbers = net.bob.packets.slice(1).map((packet) => packet[20]! + 256 * packet[21]!);
  t.deepEqual(
    numbers,
    Array.from({ length: sent }, (_, n) => n),
  );
  t.is(net.records.filter(({ kind }) => kind === 'relay.in-use').length, 2);
});

test('control: before two minutes are over the keys are the same', (t) => {
  const net = createTalkingNet();
  const { id } = net.alice.device.peers[0]!.session!;
  talkFor(net, 110);
  t.is(net.alice.device.peers[0]!.session!.id, id);
});

test('what was sealed with the old keys and is late is read, once', (t) => {
  const net = createTalkingNet();
  talkFor(net, 119);
  sendToBob(net, packetToBob(1, 2, 3));
  const late = net.waiting.splice(
    net.waiting.findIndex(({ bytes }) => bytes.length === 56),
    1,
  )[0]!;
  talkFor(net, 4);
  const count = net.bob.packets.length;
  arrive(net, late);
  arrive(net, late);
  t.is(net.bob.packets.length, count + 1);
});

test('an answer that is lost is given again, and until then the old keys serve', (t) => {
  const net = createTalkingNet();
  let lost = 0;
  net.carries = ({ bytes }) => {
    const isAnswer = bytes[16] === punchType.answer && net.nowNs > nsPerSecond;
    return !(isAnswer && lost++ < 3);
  };
  const sent = talkFor(net, 130);
  t.true(lost >= 3);
  t.is(net.bob.packets.length, 1 + sent);
  t.is(net.records.filter(({ kind }) => kind === 'keys.renewed').length, 2);
});
