import test from 'ava';
import { writeU16 } from '../base/bytes.ts';
import { nsPerSecond } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { emitIcmp, type Icmp, icmpType, measureIcmp, parseIcmp } from '../wire/icmp.ts';
import { icmpv6Checksum, icmpv6Type } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { sendDatagram } from './datagram-output.ts';
import { receivePacket } from './machine.ts';
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
  type TestNode,
} from './testing-wire.ts';

function icmpBytes(icmp: Icmp): Uint8Array {
  const bytes = new Uint8Array(measureIcmp(icmp));
  emitIcmp(bytes, 0, icmp);
  return bytes;
}

const ping = { kind: 'echo-request', identifier: 7, sequence: 3, data: payload(56) } as const;

test('an echo request is answered by the address that was asked, over a router', (t) => {
  const { net, client } = routedPair();
  for (const destination of [ip('10.1.0.1'), ip('10.1.0.254')]) {
    const packet = { destination, protocol: ipProtocol.icmp, payload: icmpBytes(ping) };
    t.is(sendPacket(client.machine, 0, packet, client.sink), 'sent');
  }
  run(net, nsPerSecond);
  t.is(client.packets.length, 2);
  const sources = client.packets.map(({ packet }) => [...packet.subarray(12, 16)].join('.'));
  t.deepEqual(sources.toSorted(), ['10.1.0.1', '10.1.0.254']);
  for (const { packet } of client.packets) {
    t.deepEqual(parseIcmp(packet, 20, packet.length), { ...ping, kind: 'echo-reply' });
  }
});

test('an ICMPv6 echo request is answered, also to a link-local address', (t) => {
  const { net, client, router } = routedPair();
  const nearLocal = router.machine.interfaces[0]!.addresses.find(({ length }) => length === 64)!;
  const local = router.machine.interfaces[0]!.addresses.at(-1)!.address;
  t.not(nearLocal.address, local);
  for (const destination of [ip('2001:db8:b::1'), local]) {
    const source =
      destination === local
        ? client.machine.interfaces[0]!.addresses.at(-1)!.address
        : ip('2001:db8:a::1');
    const bytes = Uint8Array.from([icmpv6Type.echoRequest, 0, 0, 0, 0, 7, 0, 3, 1, 2, 3]);
    sealIcmpv6(bytes, source, destination);
    const packet = { source, destination, protocol: ipProtocol.icmpv6, payload: bytes };
    t.is(sendPacket(client.machine, 0, packet, client.sink), 'sent');
  }
  run(net, nsPerSecond);
  t.is(client.packets.length, 2);
  for (const { packet } of client.packets) {
    t.deepEqual([...packet.subarray(40, 42)], [icmpv6Type.echoReply, 0]);
    t.deepEqual([...packet.subarray(44)], [0, 7, 0, 3, 1, 2, 3]);
  }
});

function sealIcmpv6(bytes: Uint8Array, source: ReturnType<typeof ip>, destination: typeof source) {
  const header = new Uint8Array(40 + bytes.length);
  header[0] = 0x60;
  for (const [offset, address] of [source, destination].entries()) {
    for (let group = 0; group < 8; group++) {
      writeU16(header, 8 + offset * 16 + group * 2, (address as string).charCodeAt(group));
    }
  }
  header.set(bytes, 40);
  writeU16(bytes, 2, icmpv6Checksum(header, 0, 40, header.length));
}

for (const family of [4, 6] as const) {
  test(`IPv${family}: a port that nobody listens to is said to be unreachable`, (t) => {
    const { net, client, server } = routedPair();
    const { server: to, client: from } = pairAddress[family];
    sendDatagram(client.machine, 0, family, payload(2_000), at(to, 5_001), {}, client.sink);
    run(net, nsPerSecond);
    t.is(server.datagrams.length, 0);
    t.deepEqual(client.errors, [
      {
        socket: family,
        arrival: {
          kind: 'port-unreachable',
          reporter: ip(to),
          source: at(from, 4_000),
          destination: at(to, 5_001),
        },
      },
    ]);
  });

  test(`IPv${family}: errors are rationed to a burst of 50 and 1000 a second`, (t) => {
    const { net, client, server } = routedPair();
    const to = at(pairAddress[family].server, 5_001);
    const sendOne = () =>
      sendDatagram(client.machine, net.nowNs, family, payload(1), to, {}, client.sink);
    sendOne();
    run(net, nsPerSecond);
    for (let count = 0; count < 80; count++) sendOne();
    run(net, nsPerSecond);
    t.is(client.errors.length, 51);
    t.is(discards(server, 'too many ICMP errors a second'), 30);
    for (let count = 0; count < 20; count++) {
      sendOne();
      run(net, nsPerSecond / 1_000);
    }
    run(net, nsPerSecond);
    t.is(client.errors.length, 71);
  });
}

/** A machine that heard of 10.0.0.2 as its only neighbour, and what it sends after a packet came in. */
function answersTo(packet: Uint8Array): number {
  const net = createTestNet();
  const node = addNode(net, 'node', { addresses: ['10.0.0.1/24'], pointToPoint: true });
  const wire = connect(net, [node, 0]);
  receivePacket(node.machine, 0, 0, packet, node.sink);
  run(net, nsPerSecond);
  return wire.seen.length;
}

/** To a port that nobody listens to: the plain case gets an error. */
function unwanted(
  changes: Partial<Record<'source' | 'destination', string>>,
  fragment = 0,
): Uint8Array {
  const bytes = new Uint8Array(28 + 8);
  const view = { source: '10.0.0.2', destination: '10.0.0.1', ...changes };
  bytes.set([0x45, 0, 0, bytes.length, 0, 0, fragment >>> 8, fragment & 255, 64, ipProtocol.udp]);
  bytes.set(view.source.split('.').map(Number), 12);
  bytes.set(view.destination.split('.').map(Number), 16);
  bytes.set([0x10, 0, 0x20, 0, 0, 16, 0, 0], 20);
  return seal(bytes);
}

function seal(bytes: Uint8Array): Uint8Array {
  writeU16(bytes, ipv4Offset.checksum, 0);
  writeU16(bytes, ipv4Offset.checksum, foldChecksum(sumWords(bytes, 0, 20)));
  return bytes;
}

function carrying(icmp: Icmp): Uint8Array {
  const body = icmpBytes(icmp);
  const bytes = new Uint8Array(20 + body.length);
  bytes.set(unwanted({}).subarray(0, 20));
  bytes[3] = bytes.length;
  bytes[ipv4Offset.protocol] = ipProtocol.icmp;
  bytes.set(body, 20);
  return seal(bytes);
}

test('no error is sent about a group, from nobody, or about what has no ports (RFC 1122 3.2.2)', (t) => {
  t.is(answersTo(unwanted({})), 1, 'the control: the plain case is answered');
  t.is(answersTo(unwanted({ destination: '10.0.0.255' })), 0, 'subnet broadcast');
  t.is(answersTo(unwanted({ destination: '255.255.255.255' })), 0, 'limited broadcast');
  t.is(answersTo(unwanted({ destination: '224.0.0.1' })), 0, 'multicast');
  t.is(answersTo(unwanted({ source: '0.0.0.0' })), 0, 'unspecified source');
  t.is(answersTo(unwanted({ source: '10.0.0.255' })), 0, 'broadcast source');
  t.is(answersTo(unwanted({ source: '224.0.0.5' })), 0, 'multicast source');
});

/** A router whose next link is smaller than the packet, which must not be cut. */
function errorsAboutTooBig(protocol: number, type: number, fragmentWord: number): number {
  const net = createTestNet();
  const router = addNode(net, 'router', {
    addresses: ['10.0.0.1/24', '10.1.0.1/24'],
    mtuBytes: [1_500, 100],
    forwards: true,
    pointToPoint: true,
  });
  const wire = connect(net, [router, 0]);
  const bytes = new Uint8Array(200);
  bytes.set([0x45, 0, 0, 200, 0, 0, fragmentWord >>> 8, fragmentWord & 255, 64, protocol]);
  bytes.set([10, 0, 0, 2, 10, 1, 0, 9, type], 12);
  receivePacket(router.machine, 0, 0, seal(bytes), router.sink);
  return wire.seen.length;
}

test('no error is sent about an ICMP error or about a later fragment (RFC 1122 3.2.2)', (t) => {
  t.is(errorsAboutTooBig(ipProtocol.udp, 0, 0x4000), 1, 'the control');
  t.is(errorsAboutTooBig(ipProtocol.icmp, icmpType.echoRequest, 0x4000), 1, 'an echo request');
  t.is(errorsAboutTooBig(ipProtocol.icmp, icmpType.destinationUnreachable, 0x4000), 0);
  t.is(errorsAboutTooBig(ipProtocol.icmp, icmpType.timeExceeded, 0x4000), 0);
  t.is(errorsAboutTooBig(ipProtocol.udp, 0, 0x6000), 1, 'a first fragment');
  t.is(errorsAboutTooBig(ipProtocol.udp, 0, 0x4001), 0, 'a later fragment');
});

test('an ICMP error about a packet that we never sent is not heeded', (t) => {
  const net = createTestNet();
  const node: TestNode = addNode(net, 'node', { addresses: ['10.0.0.1/24'], pointToPoint: true });
  const quoted = unwanted({ source: '10.0.0.3', destination: '10.9.0.1' });
  const error: Icmp = { kind: 'destination-unreachable', code: 4, mtuBytes: 600, quoted };
  receivePacket(node.machine, 0, 0, carrying(error), node.sink);
  t.deepEqual(node.errors, []);
  t.is(node.machine.pathMtus?.size ?? 0, 0);
});

test('a broadcast ping is not answered', (t) => {
  const plain = carrying(ping);
  t.is(answersTo(plain), 1, 'the control');
  plain.set([10, 0, 0, 255], 16);
  t.is(answersTo(seal(plain)), 0);
});
