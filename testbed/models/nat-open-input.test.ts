import test from 'ava';
import { natPresets } from '../schema/nat-presets.ts';
import { createBox, passInward, passOwn, udpIn, udpOut, wan } from './nat-test-box.ts';
import { makeEcho, makeUdp } from './nat-test-packets.ts';

const [inner, relay, peer, later] = [
  '192.168.1.2:40000',
  '192.0.2.1:80',
  '192.0.2.2:40000',
  '192.0.2.3:80',
];
const { source: _, ...linux } = natPresets['linux-open-input'];
const external = `${wan}:40000`;

test('a stray packet spoils the mapping towards its sender, and later ones follow', (t) => {
  const box = createBox(linux);
  t.is(udpOut(box, 0, inner, relay), external);
  t.is(udpIn(box, 1, peer, external), external, 'it is delivered to the box itself');
  const spoiled = udpOut(box, 2, inner, peer)!;
  t.not(spoiled, external);
  t.is(udpOut(box, 3, inner, later), spoiled, 'new destinations get the spoiled port too');
  t.is(udpOut(box, 4, inner, relay), external, 'what stood before stays');
  t.is(udpIn(box, 5, peer, spoiled), inner);
});

test('a stray packet that comes before the first outbound one spoils it as well', (t) => {
  const box = createBox(linux);
  udpIn(box, 0, peer, external);
  t.not(udpOut(box, 1, inner, peer), external);
});

test('a box that drops strangers is not spoiled', (t) => {
  const box = createBox({ ...linux, openInput: false });
  udpOut(box, 0, inner, relay);
  t.is(udpIn(box, 1, peer, external), undefined);
  t.is(udpOut(box, 2, inner, peer), external);
  t.is(udpIn(box, 3, peer, external), inner);
});

test('without a stray packet the open box maps like the other', (t) => {
  const box = createBox(linux);
  for (const to of [relay, peer, later]) t.is(udpOut(box, 0, inner, to), external);
});

test('the stray packet is forgotten after its time', (t) => {
  const box = createBox(linux);
  udpIn(box, 0, peer, external);
  t.is(udpOut(box, linux.timers.udpNs, inner, peer), external);
});

test('what the box answers to a stranger leaves as it is', (t) => {
  const box = createBox(linux);
  udpIn(box, 0, peer, `${wan}:53`);
  t.is(passOwn(box, 1, makeUdp(`${wan}:53`, peer))?.from, `${wan}:53`);
  t.deepEqual(box.records, []);
});

test('only an open box can be pinged from outside', (t) => {
  const ping = () => makeEcho('echo-request', '192.0.2.1', wan, 5);
  t.is(passInward(createBox(linux), 0, ping())?.to, `${wan}:5`);
  t.is(passInward(createBox(), 0, ping()), undefined);
});
