import test from 'ava';
import fc from 'fast-check';
import { parseIpv4, parseIpv6 } from '../base/address.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { readVirtioHeader, virtioHeaderBytes } from '../linux/tun.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';
import { emitTcp, tcpChecksum, tcpFlag, tcpHeaderBytes, tcpOffset } from '../wire/tcp.ts';
import { cutSegment } from './cut-segment.ts';
import { SegmentJoiner } from './segment-joiner.ts';

interface Piece {
  readonly family: 4 | 6;
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly flags?: number;
  readonly acknowledgment?: number;
  readonly place?: number;
}

const { ack, psh } = tcpFlag;

function packetOf({ family, sequence, payload, flags = ack, ...rest }: Piece): Uint8Array {
  const tcpAt = family === 4 ? ipv4HeaderBytes : ipv6HeaderBytes;
  const packet = new Uint8Array(tcpAt + tcpHeaderBytes + payload.length);
  if (family === 4) writeIpv4(packet, rest.place ?? 0);
  else writeIpv6(packet);
  emitTcp(packet, tcpAt, {
    ...{ sourcePort: 5_000, destinationPort: 5_201, sequence, flags, window: 512 },
    ...{ acknowledgment: rest.acknowledgment ?? 77, headerBytes: tcpHeaderBytes },
    ...{ checksum: 0, urgentPointer: 0, options: [] },
  });
  packet.set(payload, tcpAt + tcpHeaderBytes);
  const sum = tcpChecksum(packet, 0, tcpAt, packet.length);
  packet.set([sum >>> 8, sum & 255], tcpAt + tcpOffset.checksum);
  return packet;
}

function writeIpv4(packet: Uint8Array, place: number): void {
  emitIpv4(packet, 0, {
    ...{ headerBytes: 20, dscp: 0, ecn: 0, totalLength: packet.length },
    ...{ identification: place, dontFragment: true, moreFragments: false, fragmentOffset: 0 },
    ...{ ttl: 64, protocol: ipProtocol.tcp, options: new Uint8Array(0) },
    ...{ source: parseIpv4('10.77.0.1')!, destination: parseIpv4('10.77.0.2')! },
  });
}

function writeIpv6(packet: Uint8Array): void {
  emitIpv6(packet, 0, {
    ...{ trafficClass: 0, flowLabel: 5, payloadLength: packet.length - ipv6HeaderBytes },
    ...{ nextHeader: ipProtocol.tcp, hopLimit: 64 },
    ...{ source: parseIpv6('fd00::1')!, destination: parseIpv6('fd00::2')! },
  });
}

function bytesFrom(first: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (first + at * 7) & 255);
}

/** One after the other from sequence number 2^32 - 2 000 on, so that it begins anew on the way. */
function trainOf(family: 4 | 6, sizes: readonly number[]): Uint8Array[] {
  let sequence = 2 ** 32 - 2_000;
  return sizes.map((size, place) => {
    const flags = place === sizes.length - 1 ? ack | psh : ack;
    const packet = packetOf({ family, sequence, payload: bytesFrom(place, size), flags, place });
    sequence = (sequence + size) >>> 0;
    return packet;
  });
}

function cutAgain(written: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const header = readVirtioHeader(written, 0);
  const room = new Uint8Array(65_536);
  cutSegment(written.subarray(virtioHeaderBytes), header, room, (packet) =>
    packets.push(packet.slice()),
  );
  return packets;
}

for (const family of [4, 6] as const) {
  test(`what was joined over IPv${family} comes apart as it was, to the byte`, (t) => {
    const property = fc.property(
      fc.integer({ min: 1, max: 1_400 }),
      fc.integer({ min: 2, max: 44 }),
      fc.integer({ min: 1, max: 1_400 }),
      (size, count, last) => {
        const sizes = [...Array(count - 1).fill(size), Math.min(size, last)];
        const packets = trainOf(family, sizes);
        const joiner = new SegmentJoiner();
        const taken = packets.every((packet) => joiner.take(packet));
        const apart = cutAgain(joiner.finish());
        return taken && Buffer.concat(apart).equals(Buffer.concat(packets)) && joiner.isEmpty;
      },
    );
    t.notThrows(() => fc.assert(property, propertyRuns(60)));
  });
}

test('a single packet is written as it is, without a word to the kernel about it', (t) => {
  const packet = packetOf({ family: 4, sequence: 1, payload: bytesFrom(1, 10) });
  const joiner = new SegmentJoiner();
  t.true(joiner.take(packet));
  const written = joiner.finish();
  t.true(written.subarray(0, virtioHeaderBytes).every((byte) => byte === 0));
  t.deepEqual([...written.subarray(virtioHeaderBytes)], [...packet]);
});

const first: Piece = { family: 4, sequence: 1_000, payload: bytesFrom(1, 100) };
const second: Piece = { ...first, sequence: 1_100 };
const followers: readonly (readonly [title: string, packet: Uint8Array])[] = [
  ['one behind a gap', packetOf({ ...second, sequence: 1_101 })],
  ['one that is larger', packetOf({ ...second, payload: bytesFrom(1, 101) })],
  ['one that acknowledges more', packetOf({ ...second, acknowledgment: 78 })],
  ['one that ends the stream', packetOf({ ...second, flags: ack | tcpFlag.fin })],
  ['a bare acknowledgment', packetOf({ ...second, payload: new Uint8Array(0) })],
  ['one of another port', changed(packetOf(second), ipv4HeaderBytes + 1, 1)],
  ['one of another IP version', packetOf({ ...second, family: 6 })],
  ['one with a wrong checksum', changed(packetOf(second), 60, 1)],
  ['one of UDP', changed(packetOf(second), 9, ipProtocol.udp ^ ipProtocol.tcp)],
  ['a fragment', changed(packetOf(second), 6, 0x20)],
  ['one cut short', packetOf(second).subarray(0, -1)],
];

function changed(packet: Uint8Array, at: number, bits: number): Uint8Array {
  packet[at] = packet[at]! ^ bits;
  return packet;
}

for (const [title, packet] of followers) {
  test(`not joined: ${title}`, (t) => {
    const joiner = new SegmentJoiner();
    t.true(joiner.take(packetOf(first)));
    t.false(joiner.take(packet));
    t.deepEqual(cutAgain(joiner.finish()), [packetOf(first)]);
  });
}

test('nothing is joined behind one that pushes, or one that is shorter', (t) => {
  const ends = [{ flags: ack | psh }, { payload: bytesFrom(1, 50) }];
  for (const end of ends) {
    const joiner = new SegmentJoiner();
    const last = { ...second, ...end };
    const behind = packetOf({ ...first, sequence: 1_100 + last.payload.length });
    t.deepEqual(
      [first, last].map((piece) => joiner.take(packetOf(piece))),
      [true, true],
    );
    t.false(joiner.take(behind));
  }
});

test('what is joined stays below 64 KiB', (t) => {
  const joiner = new SegmentJoiner();
  const packets = trainOf(4, Array(50).fill(1_400));
  const taken = packets.findIndex((packet) => !joiner.take(packet));
  t.is(taken, Math.floor((65_535 - ipv4HeaderBytes - tcpHeaderBytes) / 1_400));
});
