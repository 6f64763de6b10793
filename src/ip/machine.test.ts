import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { writeU16, writeU48 } from '../base/bytes.ts';
import { takeFrame } from '../base/frame.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { never, nsPerSecond } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { sendDatagram } from './datagram-output.ts';
import { bindDatagramSocket, closeDatagramSocket } from './datagram-sockets.ts';
import { addAddress, addInterface, removeAddress, removeInterface } from './interfaces.ts';
import { advance, receiveFrame, receivePacket } from './machine.ts';
import { sendPacket } from './packet-output.ts';
import { addRoute } from './routes.ts';
import type { IpMachine } from './state.ts';
import {
  addNode,
  at,
  connect,
  countPool,
  createTestNet,
  ip,
  pairAddress,
  payload,
  prefix,
  routedPair,
  run,
  type TestNode,
  testMac,
} from './testing-wire.ts';

test('a packet of another protocol is handed on whole', (t) => {
  const { net, client, server } = routedPair();
  const packet = {
    destination: ip(pairAddress[4].server),
    protocol: 6,
    payload: payload(40),
    ttl: 9,
  };
  t.is(sendPacket(client.machine, 0, packet, client.sink), 'sent');
  run(net, nsPerSecond);
  const [{ packet: bytes, interfaceIndex }] = server.packets as [(typeof server.packets)[number]];
  t.is(interfaceIndex, 0);
  t.is(bytes.length, 60);
  t.deepEqual([bytes[8], bytes[9]], [8, 6]);
  t.deepEqual(bytes.slice(20), payload(40));
});

for (const family of [4, 6] as const) {
  test(`IPv${family}: the ECN field that a sender asks for travels with the packet`, (t) => {
    const { net, client, server } = routedPair();
    const destination = ip(pairAddress[family].server);
    for (const ecn of [undefined, 2]) {
      const packet = { destination, protocol: 6, payload: payload(40), ecn };
      t.is(sendPacket(client.machine, net.nowNs, packet, client.sink), 'sent');
    }
    run(net, nsPerSecond);
    const fields = server.packets.map(({ packet }) =>
      family === 4 ? packet[1]! : packet[1]! >>> 4,
    );
    t.deepEqual(fields, [0, 2]);
  });

  test(`IPv${family}: a stray datagram is handed on whole where somebody behind the machine may have it`, (t) => {
    const { net, left, right, send } = strayPair(family, 'hand-on');
    send();
    run(net, nsPerSecond);
    t.is(right.packets.length, 1);
    t.deepEqual(right.packets[0]!.packet.slice(-3), payload(3));
    t.deepEqual(left.errors, []);
  });

  test(`IPv${family}: an error about a packet that no socket sent is handed on`, (t) => {
    const { net, left, right, send } = strayPair(family, 'refuse');
    send();
    run(net, nsPerSecond);
    t.is(left.errors.length, 1);
    t.deepEqual(left.packets, []);
    send();
    closeDatagramSocket(left.machine, 1);
    run(net, nsPerSecond);
    t.is(left.errors.length, 1);
    t.is(left.packets.length, 1);
    t.is(right.packets.length, 0);
  });
}

/** Left has a socket, right has none on port 9. */
function strayPair(family: 4 | 6, strayDatagrams: 'refuse' | 'hand-on') {
  const net = createTestNet();
  const addresses = { 4: ['10.0.0.1/24', '10.0.0.2/24'], 6: ['fd00::1/64', 'fd00::2/64'] }[family];
  const left = addNode(net, 'left', { addresses: [addresses[0]!] });
  const right = addNode(net, 'right', { addresses: [addresses[1]!], strayDatagrams });
  connect(net, [left, 0], [right, 0]);
  bindDatagramSocket(left.machine, 1, { family, port: 4_000 });
  const to = { address: right.machine.interfaces[0]!.addresses[0]!.address, port: 9 };
  const send = () => sendDatagram(left.machine, net.nowNs, 1, payload(3), to, {}, left.sink);
  return { net, left, right, send };
}

test('a packet out of a point-to-point interface is passed on to an Ethernet link, and the other way', (t) => {
  const net = createTestNet();
  const node = addNode(net, 'node', { addresses: ['10.0.0.1/24'], forwards: true });
  const options = { name: 'tun', mac: undefined, mtuBytes: 1_400 };
  const tun = addInterface(node.machine, { ...options, addresses: [prefix('10.9.0.1/24')] });
  const peer = addNode(net, 'peer', {
    addresses: ['10.0.0.2/24'],
    routes: ['0.0.0.0/0 by 0 via 10.0.0.1'],
  });
  connect(net, [node, 0], [peer, 0]);
  const inner = addNode(net, 'inner', {
    addresses: ['10.9.0.2/24'],
    routes: ['0.0.0.0/0 by 0'],
    pointToPoint: true,
  });
  connect(net, [node, tun], [inner, 0]);
  bindDatagramSocket(peer.machine, 1, { family: 4, port: 5_000 });
  bindDatagramSocket(inner.machine, 1, { family: 4, port: 5_000 });
  sendDatagram(inner.machine, 0, 1, payload(9), at('10.0.0.2', 5_000), {}, inner.sink);
  run(net, nsPerSecond);
  t.is(peer.datagrams[0]!.arrival.ttl, 63);
  sendDatagram(peer.machine, net.nowNs, 1, payload(8), at('10.9.0.2', 5_000), {}, peer.sink);
  run(net, nsPerSecond);
  t.deepEqual(inner.datagrams[0]!.arrival.payload, payload(8));
});

test('what fills a frame up to the smallest size is no part of the packet', (t) => {
  const { net, client, server, near, far } = routedPair();
  const packet = { destination: ip(pairAddress[4].server), protocol: 99, payload: payload(3) };
  sendPacket(client.machine, 0, packet, client.sink);
  run(net, nsPerSecond);
  const plain = near.seen.findLast(({ from }) => from === 'client')!.bytes;
  const bytes = new Uint8Array(60).fill(0xee);
  bytes.set(plain);
  client.sink.transmit(0, { bytes, length: bytes.length });
  run(net, nsPerSecond);
  t.is(far.seen.at(-1)!.bytes.length, 37);
  t.is(server.packets.length, 2);
  t.deepEqual(server.packets[1], server.packets[0]);
});

test('one address in a broadcast frame is not passed on, nor a broadcast to another link', (t) => {
  const { net, client, router, far } = routedPair();
  bindDatagramSocket(router.machine, 1, { family: 4, port: 5_000 });
  const send = (to: string) =>
    sendDatagram(client.machine, net.nowNs, 4, payload(1), at(to, 5_000), {}, client.sink);
  send(pairAddress[4].server);
  run(net, nsPerSecond);
  const crossed = far.seen.length;
  const frame = net.wires[0]!.seen.findLast(({ from }) => from === 'client')!.bytes.slice();
  writeU48(frame, 0, 0xffff_ffff_ffff);
  client.sink.transmit(0, { bytes: frame, length: frame.length });
  send('10.1.0.255');
  run(net, nsPerSecond);
  t.is(far.seen.length, crossed);
  t.is(router.datagrams.length, 0);
  send('10.0.0.255');
  run(net, nsPerSecond);
  t.is(router.datagrams.length, 1, "the control: the own link's broadcast");
});

test('addresses and routes come and go while packets flow', (t) => {
  const { net, client, server, router } = routedPair();
  const send = (to: string) =>
    sendDatagram(client.machine, net.nowNs, 4, payload(1), at(to, 5_000), {}, client.sink);
  send('10.1.0.1');
  run(net, nsPerSecond);
  addAddress(server.machine, 0, prefix('10.1.0.2/24'));
  send('10.1.0.2');
  run(net, nsPerSecond);
  t.is(server.datagrams.length, 2);
  removeAddress(server.machine, 0, ip('10.1.0.1'));
  send('10.1.0.1');
  send('10.1.0.2');
  run(net, nsPerSecond);
  t.is(server.datagrams.length, 3, 'the network is still on the link');
  removeInterface(router.machine, 1);
  send('10.1.0.2');
  run(net, nsPerSecond);
  t.is(server.datagrams.length, 3);
  t.is(client.errors.at(-1)!.arrival.kind, 'network-unreachable');
});

test('frames for other MACs, of other types, or for an interface that is down are let go', (t) => {
  const net = createTestNet();
  const node = addNode(net, 'node', { addresses: ['10.0.0.1/24'] });
  bindDatagramSocket(node.machine, 1, { family: 4, port: 5_000 });
  const countLost = countPool(net);
  const deliver = (mac: number, type: number, length = 46) => {
    const frame = takeFrame(net.pool, length);
    writeU48(frame.bytes, 0, mac);
    writeU16(frame.bytes, 12, type);
    frame.bytes.set(udpPacket(), 14);
    receiveFrame(node.machine, 0, 0, frame, node.sink);
    return node.datagrams.splice(0).length;
  };
  t.is(deliver(testMac(1, 0), 0x0800), 1, 'the control');
  t.is(deliver(testMac(1, 0), 0x0800, 60), 1, 'padded to the smallest frame');
  t.is(deliver(testMac(2, 0), 0x0800), 0);
  t.is(deliver(testMac(1, 0), 0x0800, 45), 0, 'cut short');
  t.is(deliver(0xffff_ffff_ffff, 0x0800), 0, 'one address in a broadcast frame: RFC 1122 3.3.6');
  t.is(deliver(testMac(1, 0), 0x88cc), 0);
  node.machine.interfaces[0]!.up = false;
  t.is(deliver(testMac(1, 0), 0x0800), 0);
  t.is(countLost(), 0);
});

/** 10.0.0.2:4096 to 10.0.0.1:5000 with 4 bytes and no UDP checksum. */
function udpPacket(): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set([
    0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1, 0x10, 0, 0x13, 0x88, 0, 12,
  ]);
  writeU16(bytes, 10, foldChecksum(sumWords(bytes, 0, 20)));
  return bytes;
}

/** A router with a host's sockets, everything set, and 64 frames in its pool to count. */
function target(net = createTestNet()) {
  const node = addNode(net, 'node', {
    addresses: ['10.0.0.1/24 2001:db8::1/64', '10.1.0.1/24 2001:db8:1::1/64', ''],
    forwards: true,
    mtuBytes: [1_500, 600, 1_300],
  });
  addRoute(node.machine, { prefix: prefix('10.9.0.0/16'), interfaceIndex: 2, metric: 0 });
  bindDatagramSocket(node.machine, 1, { family: 4, port: 5_000 });
  bindDatagramSocket(node.machine, 2, { family: 6, port: 5_000 });
  return { net, node };
}

/** Bytes at places where they matter, over a packet that is right. */
const mutation = fc.record({
  at: fc.oneof(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 700 })),
  value: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 6, 17, 44, 58, 60, 255)),
});
const mangled = fc.record({
  seedPacket: fc.nat(),
  mutations: fc.array(mutation, { maxLength: 6 }),
  length: fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined, freq: 3 }),
  reseals: fc.boolean(),
  iface: fc.integer({ min: 0, max: 3 }),
  waitNs: fc.constantFrom(0, 1_000, nsPerSecond, 31 * nsPerSecond),
});

test('no packet, however mangled, makes the machine throw, keep a frame, or give one back twice', (t) => {
  const seeds = collectFrames();
  const property = fc.property(fc.array(mangled, { maxLength: 20 }), (steps) => {
    const { net, node } = target();
    const countLost = countPool(net);
    for (const step of steps) {
      feed(net.nowNs, node, mangle(seeds[step.seedPacket % seeds.length]!, step), step.iface);
      net.nowNs += step.waitNs;
      advance(node.machine, net.nowNs, node.sink);
    }
    run(net, 200 * nsPerSecond);
    assertNothingHeld(t, node.machine);
    t.is(countLost(), 0);
  });
  t.notThrows(() => fc.assert(property, propertyRuns(400)));
});

test('no random bytes make the machine throw', (t) => {
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(2), (bytes, iface) => {
    const { node } = target();
    feed(0, node, bytes, iface);
    receivePacket(node.machine, 0, iface, bytes, node.sink);
    advance(node.machine, 300 * nsPerSecond, node.sink);
  });
  t.notThrows(() => fc.assert(property, propertyRuns(500)));
});

function assertNothingHeld(t: ExecutionContext, machine: IpMachine): void {
  t.is(machine.deadlineNs, never);
  t.is(machine.reassembly.heldBytes, 0);
  t.is(machine.loopback.length, 0);
  for (const iface of machine.interfaces) {
    for (const neighbour of iface?.neighbours.values() ?? []) t.is(neighbour.waiting.length, 0);
  }
}

function feed(nowNs: number, node: TestNode, bytes: Uint8Array, iface: number): void {
  const frame = takeFrame(node.machine.pool, bytes.length);
  frame.bytes.set(bytes);
  receiveFrame(node.machine, nowNs, iface, frame, node.sink);
}

function mangle(
  seed: Uint8Array,
  step: {
    mutations: { at: number; value: number }[];
    length: number | undefined;
    reseals: boolean;
    iface: number;
  },
) {
  const bytes = new Uint8Array(step.length ?? seed.length);
  bytes.set(seed.subarray(0, bytes.length));
  writeU48(bytes, 0, testMac(1, step.iface));
  for (const { at, value } of step.mutations) if (at + 14 < bytes.length) bytes[at + 14] = value;
  const headerBytes = (bytes[14]! & 15) * 4;
  if (step.reseals && bytes[12] === 8 && bytes[13] === 0 && 14 + headerBytes <= bytes.length) {
    writeU16(bytes, 24, 0);
    writeU16(bytes, 24, foldChecksum(sumWords(bytes, 14, 14 + headerBytes)));
  }
  return bytes;
}

/** What a real exchange looks like: datagrams, fragments, errors, ARP, ND, of both families. */
function collectFrames(): Uint8Array[] {
  const net = createTestNet();
  const { node } = target(net);
  const hosts = [0, 1].map((index) => {
    const v6 = index === 0 ? '2001:db8::2/64' : '2001:db8:1::2/64';
    const host = addNode(net, `host${index}`, {
      addresses: [`10.${index}.0.2/24 ${v6}`],
      routes: [`0.0.0.0/0 by 0 via 10.${index}.0.1`, `::/0 by 0 via ${v6.replace('2/64', '1')}`],
    });
    connect(net, [node, index], [host, 0]);
    bindDatagramSocket(host.machine, 1, { family: 4, port: 5_000 });
    bindDatagramSocket(host.machine, 2, { family: 6, port: 5_000 });
    return host;
  });
  const { machine, sink } = hosts[0]!;
  for (const bytes of [0, 100, 1_400, 3_000]) {
    for (const to of ['10.0.0.1', '10.1.0.2', '10.9.1.1', '10.0.0.255', '203.0.113.1']) {
      sendDatagram(machine, net.nowNs, 1, payload(bytes), at(to, 5_000 + (bytes % 7)), {}, sink);
    }
    for (const to of ['2001:db8::1', '2001:db8:1::2', '2001:db8:7::1']) {
      sendDatagram(machine, net.nowNs, 2, payload(bytes), at(to, 5_000 + (bytes % 7)), {}, sink);
    }
    run(net, 5 * nsPerSecond);
  }
  return net.wires.flatMap((wire) => wire.seen.map(({ bytes }) => bytes));
}
