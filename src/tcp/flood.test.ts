import test from 'ava';
import { writeU16, writeU32 } from '../base/bytes.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { tcpChecksum, tcpFlag, tcpOffset } from '../wire/tcp.ts';
import type { Connection } from './connection.ts';
import { listen } from './listeners.ts';
import { openConnection } from './open.ts';
import { receivePacket } from './packet-input.ts';
import {
  clockOf,
  connectPair,
  createTestWire,
  endpointOf,
  packetOf,
  patternOf,
  readAll,
  run,
  sendAll,
  type TestPacket,
  type TestPair,
} from './testing-wire.ts';

const backlog = 256;
const ipBytes = 20;

/** A segment without options from 198.51.0.0/16 to port 80 of `b`. */
function forge({ wire }: TestPair, place: number, flags: number, acknowledgment = 0): Uint8Array {
  const { address } = wire.sides[1];
  const bytes = new Uint8Array(20);
  writeU16(bytes, tcpOffset.sourcePort, 1_024 + (place % 60_000));
  writeU16(bytes, tcpOffset.destinationPort, 80);
  writeU32(bytes, tcpOffset.sequence, place * 7);
  writeU32(bytes, tcpOffset.acknowledgment, acknowledgment);
  bytes[tcpOffset.dataOffset] = 5 << 4;
  bytes[tcpOffset.flags] = flags;
  writeU16(bytes, tcpOffset.window, 1_000);
  const source = (0xc633_0000 + (place % 65_536)) as typeof address;
  const packet = packetOf({ source, destination: address, bytes, at: 0, end: 20, ecn: 0 });
  const checksum = tcpChecksum(packet, 0, ipBytes, packet.length);
  writeU16(packet, ipBytes + tcpOffset.checksum, checksum);
  return packet;
}

function flood(pair: TestPair, count: number): void {
  const { wire } = pair;
  const [, b] = wire.sides;
  for (let place = 0; place < count; place++) {
    receivePacket(b.machine, clockOf(wire, b), forge(pair, place, tcpFlag.syn), b.sink);
  }
}

/** The answers to forged SYNs go nowhere, as they would. */
function floodedPair(count: number): TestPair {
  const pair = connectPair();
  const { wire } = pair;
  const [a, b] = wire.sides;
  wire.fate = (packet) => {
    const isForA = packet.bytes[16] === 192;
    return packet.from === b && !isForA ? [] : [packet];
  };
  run(wire, wire.nowNs + nsPerSecond);
  flood(pair, count);
  b.records.length = 0;
  a.records.length = 0;
  return pair;
}

test('50 000 SYNs hold no more than the backlog, and an established connection goes on', (t) => {
  const pair = floodedPair(50_000);
  const { wire, client } = pair;
  const [a, b] = wire.sides;
  t.is(b.machine.connections.count, backlog + 1);
  const read = readAll(wire, b);
  const sent = patternOf(100_000);
  sendAll(wire, a, sent, client);
  run(wire, wire.nowNs + 2 * nsPerSecond);
  t.is(Buffer.compare(Buffer.concat(read), sent), 0);
});

test('during the flood a connection opens by a cookie, with its options', (t) => {
  const { wire } = floodedPair(1_000);
  const [a, b] = wire.sides;
  const opened = { local: endpointOf(a, 6_000), remote: endpointOf(b, 80) };
  const client = openConnection(a.machine, clockOf(wire, a), opened, a.sink) as Connection;
  const read = readAll(wire, b);
  const sent = patternOf(300_000);
  sendAll(wire, a, sent, client);
  run(wire, wire.nowNs + 2 * nsPerSecond);
  const server = b.accepted[1]!;
  t.is(Buffer.compare(Buffer.concat(read), sent), 0);
  t.true(server.options.hasSack && server.options.hasTimestamps);
  t.is(server.options.sendShift, client.options.receiveShift);
  t.is(server.options.peerMssBytes, 1_460);
});

test('who took a cookie keeps it, though its SYN came again when there was room', (t) => {
  const pair = floodedPair(backlog);
  const { wire } = pair;
  const [a, b] = wire.sides;
  const opened = { local: endpointOf(a, 6_000), remote: endpointOf(b, 80) };
  const before = wire.fate;
  let syn: TestPacket | undefined;
  wire.fate = (packet) => {
    if (packet.from !== a) return before(packet);
    const isSyn = (packet.bytes[ipBytes + tcpOffset.flags]! & tcpFlag.syn) !== 0;
    if (isSyn) syn ??= packet;
    // Its first ACK is lost.
    return isSyn ? [packet] : [];
  };
  const client = openConnection(a.machine, clockOf(wire, a), opened, a.sink) as Connection;
  run(wire, wire.nowNs + nsPerSecond / 10);
  t.is(client.state, 'established');
  wire.fate = before;
  const listener = Object.assign(b.machine.listeners[0]!, { backlog: backlog + 1 });
  receivePacket(b.machine, clockOf(wire, b), syn!.bytes, b.sink);
  t.is(listener.halfOpen, backlog + 1);
  const read = readAll(wire, b);
  const sent = patternOf(300_000);
  sendAll(wire, a, sent, client);
  run(wire, wire.nowNs + 2 * nsPerSecond);
  t.is(Buffer.compare(Buffer.concat(read), sent), 0);
  t.is(listener.halfOpen, backlog);
});

test('an ACK with a number that nobody gave out is answered with a reset', (t) => {
  const pair = floodedPair(1_000);
  const { wire } = pair;
  const [, b] = wire.sides;
  const before = b.machine.connections.count;
  for (let guess = 0; guess < 1_000; guess++) {
    const forged = forge(pair, 2_000 + guess, tcpFlag.ack, guess * 4_000_037);
    receivePacket(b.machine, clockOf(wire, b), forged, b.sink);
  }
  t.is(b.machine.connections.count, before);
});

test('the SYNs that nobody follows up are forgotten', (t) => {
  const { wire } = floodedPair(1_000);
  const [, b] = wire.sides;
  run(wire, wire.nowNs + 200 * nsPerSecond);
  t.is(b.machine.connections.count, 1);
  t.is(b.machine.listeners[0]!.halfOpen, 0);
});

test('without a flood no cookie is taken: an ACK out of nowhere is reset', (t) => {
  const wire = createTestWire({ delayNs: nsPerMs });
  const [, b] = wire.sides;
  listen(b.machine, { port: 80 });
  const pair = { wire } as TestPair;
  receivePacket(b.machine, clockOf(wire, b), forge(pair, 1, tcpFlag.ack, 77), b.sink);
  const answer = wire.seen[0]!.bytes;
  t.is(answer[ipBytes + tcpOffset.flags], tcpFlag.rst);
  t.is(b.machine.connections.count, 0);
});
