import test from 'ava';
import { type Ipv6, parseIpv6 } from '../../src/base/address.ts';
import { writeU16 } from '../../src/base/bytes.ts';
import { emitIcmpv6, type Icmpv6, measureIcmpv6 } from '../../src/wire/icmpv6.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { emitIpv6 } from '../../src/wire/ipv6.ts';
import { createBox, dropReasons } from './nat-test-box.ts';

const host = parseIpv6('2001:db8:1::2')!;
const server = parseIpv6('2001:db8:2::1')!;
const timers = { udpNs: 100, tcpTransitoryNs: 100, tcpEstablishedNs: 1_000, icmpNs: 60 };

function makePacket(nextHeader: number, source: Ipv6, destination: Ipv6, payload: Uint8Array) {
  const bytes = new Uint8Array(40 + payload.length);
  const fixed = { trafficClass: 0, flowLabel: 0, hopLimit: 64 };
  emitIpv6(bytes, 0, { ...fixed, payloadLength: payload.length, nextHeader, source, destination });
  bytes.set(payload, 40);
  return bytes;
}

function makeUdp(source: Ipv6, sourcePort: number, destination: Ipv6, destinationPort: number) {
  const header = new Uint8Array(8);
  writeU16(header, 0, sourcePort);
  writeU16(header, 2, destinationPort);
  writeU16(header, 4, 8);
  return makePacket(ipProtocol.udp, source, destination, header);
}

function makeIcmp(source: Ipv6, destination: Ipv6, icmp: Icmpv6) {
  const message = new Uint8Array(measureIcmpv6(icmp));
  emitIcmpv6(message, 0, icmp);
  return makePacket(ipProtocol.icmpv6, source, destination, message);
}

function makeEcho(kind: 'echo-request' | 'echo-reply', source: Ipv6, destination: Ipv6) {
  return makeIcmp(source, destination, {
    kind,
    identifier: 5,
    sequence: 1,
    data: new Uint8Array(4),
  });
}

function forward(
  box: ReturnType<typeof createBox>,
  nowNs: number,
  packet: Uint8Array,
  outward: boolean,
) {
  const [arrivedOn, leavesBy] = outward ? [0, 1] : [1, 0];
  const before = packet.slice();
  const { beforeRouting, afterRouting } = box.nat;
  const first = beforeRouting(nowNs, packet, 0, packet.length, arrivedOn);
  const last = afterRouting(nowNs, packet, 0, packet.length, arrivedOn, leavesBy);
  if (packet.some((byte, at) => byte !== before[at])) throw new Error('the packet was changed');
  return first === 'accept' && last === 'accept';
}

test('an open box passes IPv6 both ways and changes nothing', (t) => {
  const box = createBox({ ipv6: 'open' });
  t.true(forward(box, 0, makeUdp(server, 1, host, 2), false));
  t.true(forward(box, 0, makeUdp(host, 2, server, 1), true));
});

test('a firewalled box lets in what the inside began, for the time of its timer', (t) => {
  const box = createBox({ ipv6: 'firewalled', timers });
  t.false(forward(box, 0, makeUdp(server, 1, host, 2), false));
  t.deepEqual(dropReasons(box), ['firewalled']);
  t.true(forward(box, 1, makeUdp(host, 2, server, 1), true));
  t.true(forward(box, 100, makeUdp(server, 1, host, 2), false));
  t.false(forward(box, 101, makeUdp(server, 1, host, 2), false));
  t.false(forward(box, 2, makeUdp(server, 9, host, 2), false), 'another port is a stranger');
});

test('a ping from inside is answered, one from outside is not', (t) => {
  const box = createBox({ ipv6: 'firewalled', timers });
  t.false(forward(box, 0, makeEcho('echo-request', server, host), false));
  t.false(forward(box, 0, makeEcho('echo-reply', host, server), true), 'nobody asked');
  t.true(forward(box, 1, makeEcho('echo-request', host, server), true));
  t.true(forward(box, 2, makeEcho('echo-reply', server, host), false));
});

test('an error comes in if it quotes what the inside sent', (t) => {
  const box = createBox({ ipv6: 'firewalled', timers });
  const sent = makeUdp(host, 2, server, 1);
  const tooBig = (quoted: Uint8Array): Icmpv6 => ({
    kind: 'packet-too-big',
    mtuBytes: 1_280,
    quoted,
  });
  t.false(forward(box, 0, makeIcmp(server, host, tooBig(sent)), false));
  forward(box, 1, sent, true);
  t.true(forward(box, 2, makeIcmp(server, host, tooBig(sent)), false));
});

test("the box's own packets are not looked at", (t) => {
  const box = createBox({ ipv6: 'firewalled' });
  const packet = makeUdp(server, 1, host, 2);
  t.is(box.nat.afterRouting(0, packet, 0, packet.length, undefined, 0), 'accept');
});
