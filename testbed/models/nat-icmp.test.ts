import test from 'ava';
import { readU16, writeU16 } from '../../src/base/bytes.ts';
import { foldChecksum, sumWords } from '../../src/wire/checksum.ts';
import type { Icmp } from '../../src/wire/icmp.ts';
import { tcpFlag } from '../../src/wire/tcp.ts';
import { udpChecksum } from '../../src/wire/udp.ts';
import {
  createBox,
  dropReasons,
  passInward,
  passOutward,
  passOwn,
  tcpOut,
  udpIn,
  udpOut,
  wan,
} from './nat-test-box.ts';
import { makeEcho, makeIcmp, makeTcp, makeUdp, see } from './nat-test-packets.ts';

const [host, inner, peer] = ['192.168.1.2', '192.168.1.2:5000', '192.0.2.1:80'];
const [peerHost, router, external] = ['192.0.2.1', '203.0.113.9', `${wan}:5000`];

function unreachable(quoted: Uint8Array): Icmp {
  return { kind: 'destination-unreachable', code: 3, mtuBytes: 0, quoted };
}

test('a query is mapped by its identifier, and its reply finds the host', (t) => {
  const box = createBox({ ports: 'random' });
  const external = passOutward(box, 0, makeEcho('echo-request', host, peerHost, 77))!.from;
  const identifier = Number(external.split(':')[1]);
  const reply = passInward(box, 1, makeEcho('echo-reply', peerHost, wan, identifier));
  t.is(reply?.to, `${host}:77`);
});

test('query sessions end by their own timer (RFC 5508 REQ-2)', (t) => {
  const timers = { udpNs: 1, tcpTransitoryNs: 1, tcpEstablishedNs: 1, icmpNs: 60 };
  const box = createBox({ timers });
  passOutward(box, 0, makeEcho('echo-request', host, peerHost, 77));
  t.is(passInward(box, 59, makeEcho('echo-reply', peerHost, wan, 77))?.to, `${host}:77`);
  t.is(passInward(box, 60, makeEcho('echo-reply', peerHost, wan, 77)), undefined);
});

test('a query from outside is for nobody inside', (t) => {
  const box = createBox({ filtering: 'endpoint-independent' });
  passOutward(box, 0, makeEcho('echo-request', host, peerHost, 77));
  t.is(passInward(box, 1, makeEcho('echo-request', peerHost, wan, 77)), undefined);
  t.deepEqual(dropReasons(box), ['unsolicited']);
});

for (const [name, make] of [
  ['UDP', makeUdp],
  ['TCP', (from: string, to: string) => makeTcp(from, to, tcpFlag.syn)],
] as const) {
  test(`an error about outbound ${name} quotes what the host sent (RFC 5508 REQ-4)`, (t) => {
    const box = createBox({ ports: 'random' });
    const sent = make(inner, peer);
    passOutward(box, 0, sent);
    const error = makeIcmp(router, wan, unreachable(sent));
    const seen = passInward(box, 1, error);
    t.true(seen?.from.startsWith(`${router}:`), 'whoever says so stays visible');
    t.true(seen?.to.startsWith(`${host}:`));
    t.deepEqual(error.slice(28), make(inner, peer), 'the quoted packet is whole again');
    t.deepEqual([error[20], error[21]], [3, 3], 'type and code stay');
  });
}

test('eight quoted bytes of transport are enough (RFC 792)', (t) => {
  const box = createBox({ ports: 'random' });
  const sent = makeTcp(inner, peer, tcpFlag.syn);
  passOutward(box, 0, sent);
  const error = makeIcmp(router, wan, unreachable(sent.slice(0, 28)));
  t.true(passInward(box, 1, error)?.to.startsWith(`${host}:`));
  t.deepEqual(error.slice(28), makeTcp(inner, peer, tcpFlag.syn).slice(0, 28));
});

test('an error about a query goes to who asked', (t) => {
  const box = createBox({ ports: 'random' });
  const sent = makeEcho('echo-request', host, peerHost, 77);
  passOutward(box, 0, sent);
  const error = makeIcmp(router, wan, { kind: 'time-exceeded', code: 0, quoted: sent });
  t.true(passInward(box, 1, error)?.to.startsWith(`${host}:`));
  t.deepEqual(error.slice(28), makeEcho('echo-request', host, peerHost, 77));
});

test('an error from inside speaks of the external endpoint and comes from the box (RFC 5508 REQ-5)', (t) => {
  const box = createBox({ ports: 'random' });
  const external = udpOut(box, 0, inner, peer)!;
  const arrived = makeUdp(peer, external);
  passInward(box, 1, arrived);
  const error = makeIcmp('192.168.1.1', peerHost, unreachable(arrived));
  const seen = passOutward(box, 2, error);
  t.true(seen?.from.startsWith(`${wan}:`));
  t.deepEqual(error.slice(28), makeUdp(peer, external));
});

test("the box's own error about a packet that it had translated does the same", (t) => {
  const box = createBox({ ports: 'random' });
  const external = udpOut(box, 0, inner, peer)!;
  const arrived = makeUdp(peer, external);
  passInward(box, 1, arrived);
  const error = makeIcmp(wan, peerHost, unreachable(arrived));
  t.true(passOwn(box, 2, error)?.from.startsWith(`${wan}:`));
  t.deepEqual(error.slice(28), makeUdp(peer, external));
});

test("the box's own error about a packet that it had not translated goes out as it is", (t) => {
  const box = createBox();
  const quoted = makeUdp(peer, `${wan}:9`);
  const error = makeIcmp(wan, peerHost, unreachable(quoted));
  t.truthy(passOwn(box, 0, error));
  t.deepEqual(error, makeIcmp(wan, peerHost, unreachable(quoted)));
});

test('an error about a hairpinned packet finds its way back (RFC 5508 REQ-7)', (t) => {
  const box = createBox({ hairpin: true, filtering: 'endpoint-independent', ports: 'random' });
  const other = '192.168.1.3:6000';
  const otherExternal = udpOut(box, 0, other, peer)!;
  const turned = makeUdp(inner, otherExternal);
  const { from } = passOutward(box, 1, turned)!;
  t.is(see(turned).to, other);
  const error = makeIcmp('192.168.1.3', from.split(':')[0]!, unreachable(turned));
  t.true(passOutward(box, 2, error)?.to.startsWith(`${host}:`));
  t.true(see(error).from.startsWith(`${wan}:`));
  t.deepEqual(error.slice(28), makeUdp(inner, otherExternal));
});

test('an error about nothing that was sent is dropped', (t) => {
  const box = createBox();
  udpOut(box, 0, inner, peer);
  const error = makeIcmp(router, wan, unreachable(makeUdp(`${wan}:5001`, peer)));
  t.is(passInward(box, 1, error), undefined);
  t.deepEqual(dropReasons(box), ['no-session']);
});

test('damaged errors are dropped, a damaged quoted payload is not (RFC 5508 REQ-3)', (t) => {
  const sent = () => makeUdp(external, peer);
  const box = createBox();
  udpOut(box, 0, inner, peer);
  const damaged = makeIcmp(router, wan, unreachable(sent()));
  damaged[27]! ^= 1;
  t.is(passInward(box, 1, damaged), undefined);
  const badQuote = sent();
  badQuote[8]! ^= 1;
  t.is(passInward(box, 2, makeIcmp(router, wan, unreachable(badQuote))), undefined);
  t.deepEqual(dropReasons(box), ['bad-checksum', 'bad-checksum']);
  const badPayload = sent();
  badPayload[30]! ^= 1;
  t.truthy(passInward(box, 3, makeIcmp(router, wan, unreachable(badPayload))));
});

test('an error neither refreshes nor ends a mapping (RFC 4787 REQ-12, RFC 5508 REQ-6)', (t) => {
  const timers = { udpNs: 100, tcpTransitoryNs: 100, tcpEstablishedNs: 100, icmpNs: 100 };
  const box = createBox({ timers, refreshInbound: true });
  udpOut(box, 0, inner, peer);
  passInward(box, 90, makeIcmp(router, wan, unreachable(makeUdp(external, peer))));
  t.is(udpIn(box, 99, peer, external), inner);
  const second = createBox({ timers, refreshInbound: true });
  udpOut(second, 0, inner, peer);
  passInward(second, 90, makeIcmp(router, wan, unreachable(makeUdp(external, peer))));
  t.is(udpIn(second, 100, peer, external), undefined);
});

test('a UDP packet without a checksum stays without one', (t) => {
  const box = createBox({ ports: 'random' });
  const packet = makeUdp(inner, peer);
  writeU16(packet, 26, 0);
  passOutward(box, 0, packet);
  t.is(readU16(packet, 26), 0);
});

test('a UDP checksum that comes out as zero is sent as all ones (RFC 768)', (t) => {
  const translated = makeUdp(inner, peer);
  passOutward(createBox({ ports: 'sequential' }), 0, translated);
  const packet = makeUdp(inner, peer);
  const word = readU16(packet, 28) + readU16(translated, 26);
  writeU16(packet, 28, (word & 0xffff) + (word >>> 16));
  writeU16(packet, 26, udpChecksum(packet, 0, 20, packet.length));
  passOutward(createBox({ ports: 'sequential' }), 0, packet);
  t.is(readU16(packet, 26), 0xffff);
});

test('TCP errors reach the host that opened the connection (RFC 5382 REQ-9)', (t) => {
  const box = createBox();
  tcpOut(box, 0, inner, peer, tcpFlag.syn);
  const error = makeIcmp(peerHost, wan, unreachable(makeTcp(external, peer, tcpFlag.syn)));
  t.true(passInward(box, 1, error)?.to.startsWith(`${host}:`));
  t.is(foldChecksum(sumWords(error, 20, error.length)), 0);
});
