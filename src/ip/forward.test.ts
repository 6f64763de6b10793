import test from 'ava';
import fc from 'fast-check';
import { readU16, writeU16 } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { nsPerSecond } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { etherType } from '../wire/ethernet.ts';
import { ipv4Offset, parseIpv4 } from '../wire/ipv4.ts';
import { isMalformed } from '../wire/malformed.ts';
import { sendDatagram } from './datagram-output.ts';
import { sendPacket } from './packet-output.ts';
import {
  addNode,
  at,
  connect,
  createTestNet,
  discards,
  ip,
  pairAddress,
  payload,
  routedPair,
  run,
  type TestWire,
} from './testing-wire.ts';

type Pair = ReturnType<typeof routedPair>;

function send(pair: Pair, family: 4 | 6, bytes: number, options = {}) {
  const { machine, sink } = pair.client;
  const to = at(pairAddress[family].server, 5_000);
  return sendDatagram(machine, pair.net.nowNs, family, payload(bytes), to, options, sink);
}

function ipv4On(wire: TestWire, from: string): Uint8Array[] {
  return wire.seen
    .filter((frame) => frame.from === from && readU16(frame.bytes, 12) === etherType.ipv4)
    .map(({ bytes }) => bytes.slice(14));
}

for (const family of [4, 6] as const) {
  test(`IPv${family}: a router passes a datagram on with one hop less and the rest as it was`, (t) => {
    const pair = routedPair();
    send(pair, family, 500, { ttl: 20 });
    run(pair.net, nsPerSecond);
    const { arrival } = pair.server.datagrams[0]!;
    t.is(arrival.ttl, 19);
    t.deepEqual(arrival.source, at(pairAddress[family].client, 4_000));
    t.deepEqual(arrival.payload, payload(500));
  });

  test(`IPv${family}: the last hop is said to be exceeded by the router, not one before`, (t) => {
    for (const [ttl, arrives] of [
      [1, false],
      [2, true],
    ] as const) {
      const pair = routedPair();
      send(pair, family, 10, { ttl });
      run(pair.net, nsPerSecond);
      t.is(pair.server.datagrams.length, arrives ? 1 : 0);
      t.is(pair.client.errors.length, arrives ? 0 : 1);
      if (arrives) continue;
      const { arrival } = pair.client.errors[0]!;
      t.is(arrival.kind, 'time-exceeded');
      t.is(arrival.reporter, ip(pairAddress[family].near));
      t.deepEqual(arrival.source, at(pairAddress[family].client, 4_000));
    }
  });

  test(`IPv${family}: a network that no route leads to is said to be unreachable`, (t) => {
    const pair = routedPair();
    const nowhere = { 4: '203.0.113.1', 6: '2001:db8:ffff::1' }[family];
    const { machine, sink } = pair.client;
    sendDatagram(machine, 0, family, payload(10), at(nowhere, 5_000), {}, sink);
    run(pair.net, nsPerSecond);
    t.is(pair.client.errors[0]!.arrival.kind, 'network-unreachable');
    t.deepEqual(pair.client.errors[0]!.arrival.destination, at(nowhere, 5_000));
  });

  test(`IPv${family}: a host on the last link that is not there is said to be unreachable`, (t) => {
    const pair = routedPair();
    const absent = { 4: '10.1.0.77', 6: '2001:db8:b::77' }[family];
    const { machine, sink } = pair.client;
    sendDatagram(machine, 0, family, payload(10), at(absent, 5_000), {}, sink);
    run(pair.net, 2.9 * nsPerSecond);
    t.is(pair.client.errors.length, 0, 'three questions, a second each');
    run(pair.net, nsPerSecond);
    t.is(pair.client.errors[0]!.arrival.kind, 'host-unreachable');
    t.is(pair.client.errors[0]!.arrival.reporter, ip(pairAddress[family].near));
  });

  test(`IPv${family}: a host passes nothing on`, (t) => {
    const net = createTestNet();
    const routes = {
      4: '10.1.0.0/24 by 0 via 10.0.0.9',
      6: '2001:db8:b::/64 by 0 via 2001:db8::9',
    };
    const left = addNode(net, 'left', {
      addresses: ['10.0.0.1/24 2001:db8::1/64'],
      routes: [routes[family]],
    });
    const middle = addNode(net, 'middle', {
      addresses: ['10.0.0.9/24 2001:db8::9/64', '10.1.0.9/24 2001:db8:b::9/64'],
    });
    connect(net, [left, 0], [middle, 0]);
    const far = connect(net, [middle, 1]);
    const destination = ip(pairAddress[family].server);
    const packet = { destination, protocol: 99, payload: payload(10) };
    t.is(sendPacket(left.machine, 0, packet, left.sink), 'sent');
    run(net, 5 * nsPerSecond);
    t.deepEqual(far.seen, []);
  });
}

test('a router cuts what is too large for the next link, and the end puts it together', (t) => {
  const pair = routedPair(600);
  send(pair, 4, 1_400);
  run(pair.net, nsPerSecond);
  t.deepEqual(pair.server.datagrams[0]!.arrival.payload, payload(1_400));
  const pieces = ipv4On(pair.far, 'router');
  t.deepEqual(
    pieces.map((bytes) => bytes.length),
    [596, 596, 276],
    '576 = 72 x 8 bytes fit beside the header; 1408 in all',
  );
});

test('a router does not cut what may not be cut: it says what fits', (t) => {
  const pair = routedPair(600);
  send(pair, 4, 1_400, { dontFragment: true });
  run(pair.net, nsPerSecond);
  t.is(pair.server.datagrams.length, 0);
  t.is(pair.client.errors[0]!.arrival.kind, 'packet-too-big');
  t.is(pair.client.errors[0]!.arrival.mtuBytes, 600);
});

test('a fragment is cut again, and all pieces find their place', (t) => {
  const pair = routedPair(300);
  send(pair, 4, 4_000);
  run(pair.net, nsPerSecond);
  t.deepEqual(pair.server.datagrams[0]!.arrival.payload, payload(4_000));
  for (const bytes of ipv4On(pair.far, 'router')) {
    t.true(bytes.length <= 300);
    t.false(isMalformed(parseIpv4(bytes, 0, bytes.length)), 'checksum');
  }
});

test('options that ask for it go into every fragment, others into the first only', (t) => {
  const pair = routedPair(300);
  const { near, net, client } = pair;
  send(pair, 4, 600);
  run(net, nsPerSecond);
  const whole = ipv4On(near, 'client')[0]!;
  // Stream identifier (136, copied) and record route (7, not copied), RFC 791 3.1.
  const options = [136, 4, 0, 1, 7, 7, 4, 0, 0, 0, 0, 0];
  const bytes = new Uint8Array(14 + whole.length + 12);
  bytes.set(near.seen.findLast(({ from }) => from === 'client')!.bytes.subarray(0, 14));
  bytes.set(whole.subarray(0, 20), 14);
  bytes.set(options, 34);
  bytes.set(whole.subarray(20), 46);
  bytes[14] = 0x48;
  writeU16(bytes, 14 + ipv4Offset.totalLength, bytes.length - 14);
  writeU16(bytes, 14 + ipv4Offset.checksum, 0);
  writeU16(bytes, 14 + ipv4Offset.checksum, foldChecksum(sumWords(bytes, 14, 46)));
  const earlier = ipv4On(pair.far, 'router').length;
  client.sink.transmit(0, { bytes, length: bytes.length });
  run(net, nsPerSecond);
  const pieces = ipv4On(pair.far, 'router').slice(earlier);
  t.deepEqual(
    pieces.map((piece) => [...piece.subarray(20, (piece[0]! & 15) * 4)]),
    [options, [136, 4, 0, 1], [136, 4, 0, 1]],
  );
  t.is(pair.server.datagrams.length, 2);
});

test('link-local addresses stay on their link', (t) => {
  const pair = routedPair();
  const { machine, sink } = pair.client;
  for (const destination of ['169.254.1.1', '10.1.0.1']) {
    const packet = { destination: ip(destination), protocol: 99, payload: payload(4) };
    t.is(sendPacket(machine, 0, packet, sink), 'sent');
  }
  run(pair.net, nsPerSecond);
  t.is(discards(pair.router, 'an address of the link only'), 1);
  t.is(ipv4On(pair.far, 'router').length, 1, 'the other one');
});

/** A packet with any header that is right, and any bytes behind it. */
const anyPacket = fc.record({
  ttl: fc.integer({ min: 0, max: 255 }),
  protocol: fc.integer({ min: 0, max: 255 }),
  trafficClass: fc.integer({ min: 0, max: 255 }),
  identification: fc.integer({ min: 0, max: 65_535 }),
  body: fc.uint8Array({ minLength: 0, maxLength: 1_400 }),
});

test('a forwarded packet has a right checksum and one hop less; a last hop is never forwarded', (t) => {
  const pair = routedPair();
  send(pair, 4, 1);
  run(pair.net, nsPerSecond);
  const ethernet = pair.near.seen.findLast(({ from }) => from === 'client')!.bytes.slice(0, 14);
  const head = ipv4On(pair.near, 'client')[0]!.subarray(0, 20);
  const property = fc.property(anyPacket, (packet) => {
    const bytes = new Uint8Array(14 + 20 + packet.body.length);
    bytes.set(ethernet);
    bytes.set(head, 14);
    bytes.set(packet.body, 34);
    bytes[14 + ipv4Offset.ttl] = packet.ttl;
    bytes[14 + ipv4Offset.protocol] = packet.protocol;
    bytes[14 + ipv4Offset.trafficClass] = packet.trafficClass;
    writeU16(bytes, 14 + ipv4Offset.totalLength, bytes.length - 14);
    writeU16(bytes, 14 + ipv4Offset.identification, packet.identification);
    writeU16(bytes, 14 + ipv4Offset.checksum, 0);
    writeU16(bytes, 14 + ipv4Offset.checksum, foldChecksum(sumWords(bytes, 14, 34)));
    const sent = bytes.slice(14);
    const earlier = ipv4On(pair.far, 'router').length;
    pair.client.sink.transmit(0, { bytes, length: bytes.length });
    run(pair.net, nsPerSecond / 100);
    const forwarded = ipv4On(pair.far, 'router').slice(earlier);
    if (packet.ttl <= 1) return forwarded.length === 0;
    const parsed = parseIpv4(forwarded[0]!, 0, forwarded[0]!.length);
    if (isMalformed(parsed) || parsed.ttl !== packet.ttl - 1) return false;
    forwarded[0]![ipv4Offset.ttl] = packet.ttl;
    writeU16(forwarded[0]!, ipv4Offset.checksum, readU16(sent, ipv4Offset.checksum));
    return Buffer.compare(forwarded[0]!, sent) === 0;
  });
  t.notThrows(() => fc.assert(property, propertyRuns(300)));
});
