import test from 'ava';
import fc from 'fast-check';
import { parseIpv4 } from '../../src/base/address.ts';
import { writeU16 } from '../../src/base/bytes.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { ethernetOffset, etherType } from '../../src/wire/ethernet.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { emitIpv4, type Ipv4Header } from '../../src/wire/ipv4.ts';
import { emitUdp, udpChecksum, udpOffset } from '../../src/wire/udp.ts';
import {
  hasRightChecksum,
  identityOf,
  type PacketView,
  payloadAt,
  viewPacket,
} from './packet-view.ts';

const ipAt = 14;
const at = ipAt + 20;

interface Datagram {
  readonly source: string;
  readonly sourcePort: number;
  readonly payload: Uint8Array;
  readonly header?: Partial<Ipv4Header>;
  readonly isSummed?: boolean;
}

/** A frame with a datagram, padded as Ethernet pads what is short. */
function frameOf({ source, sourcePort, payload, header, isSummed = true }: Datagram): Uint8Array {
  const end = at + 8 + payload.length;
  const bytes = new Uint8Array(Math.max(60, end));
  writeU16(bytes, ethernetOffset.type, etherType.ipv4);
  emitIpv4(bytes, ipAt, {
    ...{ headerBytes: 20, dscp: 0, ecn: 0, identification: 0, totalLength: end - ipAt },
    ...{ dontFragment: false, moreFragments: false, fragmentOffset: 0, ttl: 64 },
    ...{ protocol: ipProtocol.udp, options: new Uint8Array(0) },
    source: parseIpv4(source)!,
    destination: parseIpv4('192.0.2.9')!,
    ...header,
  });
  const length = 8 + payload.length;
  emitUdp(bytes, at, { sourcePort, destinationPort: 53, length, checksum: 0 });
  bytes.set(payload, at + 8);
  if (isSummed) writeU16(bytes, at + udpOffset.checksum, udpChecksum(bytes, ipAt, at, end));
  return bytes;
}

const view = (bytes: Uint8Array): PacketView => viewPacket(bytes, bytes.length)!;
const inside = { source: '10.0.0.2', sourcePort: 4_000 };
const outside = { source: '203.0.113.7', sourcePort: 61_000, header: { ttl: 63 } };

test('a packet is the same before and behind a NAT box, and another payload is another packet', (t) => {
  const payloads = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(payloads, fc.nat(299), fc.boolean(), (payload, place, isSummed) => {
      const identity = identityOf(view(frameOf({ ...inside, payload, isSummed })));
      t.is(identityOf(view(frameOf({ ...outside, payload, isSummed }))), identity);
      if (place >= payload.length) return;
      const other = payload.with(place, payload[place]! ^ 0x40);
      t.not(identityOf(view(frameOf({ ...inside, payload: other, isSummed }))), identity);
    }),
    propertyRuns(500),
  );
});

test('a packet ends where its header says, not where its frame does', (t) => {
  const packet = view(frameOf({ ...inside, payload: new Uint8Array(3) }));
  t.is(packet.bytes.length, 60);
  t.is(packet.end - payloadAt(packet)!, 3);
  t.true(hasRightChecksum(packet));
});

test('a turned bit shows in the checksum', (t) => {
  const bytes = frameOf({ ...inside, payload: new Uint8Array(30) });
  bytes[at + 20]! ^= 1;
  t.false(hasRightChecksum(view(bytes)));
});

test('a part of a packet is told from a whole one', (t) => {
  const payload = new Uint8Array(64);
  const isFragment = (header: Partial<Ipv4Header>) =>
    view(frameOf({ ...inside, payload, header })).isFragment;
  t.false(isFragment({ dontFragment: true }));
  t.true(isFragment({ moreFragments: true }));
  t.true(isFragment({ fragmentOffset: 64 }));
});

/** Sound as far as IP goes, and anything behind it: protocol, ports, lengths, offsets. */
const anything = fc.record({
  body: fc.uint8Array({ maxLength: 80 }),
  protocol: fc.constantFrom(6, 17, 44, 1),
  isIpv6: fc.boolean(),
});

test('whatever stands behind a sound IP header, nothing is read beyond its end', (t) => {
  fc.assert(
    fc.property(anything, ({ body, protocol, isIpv6 }) => {
      const packet = view(isIpv6 ? ipv6Of(protocol, body) : ipv4Of(protocol, body));
      t.is(packet.end - packet.at, body.length);
      const bodyAt = payloadAt(packet);
      if (bodyAt === undefined) return;
      t.true(bodyAt >= packet.at + 8 && bodyAt <= packet.end);
      t.true(Number.isInteger(identityOf(packet)));
    }),
    propertyRuns(1_000),
  );
});

function ipv4Of(protocol: number, body: Uint8Array): Uint8Array {
  const header = { protocol, totalLength: 20 + body.length };
  const bytes = frameOf({ ...inside, payload: body, header, isSummed: false });
  bytes.set(body, at);
  return bytes;
}

function ipv6Of(protocol: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ipAt + 40 + body.length);
  writeU16(bytes, ethernetOffset.type, etherType.ipv6);
  bytes[ipAt] = 0x60;
  writeU16(bytes, ipAt + 4, body.length);
  bytes[ipAt + 6] = protocol;
  bytes.set(body, ipAt + 40);
  return bytes;
}

test('what is not IP, or not sound, is no packet', (t) => {
  const sound = frameOf({ ...inside, payload: new Uint8Array(8) });
  t.is(viewPacket(sound, 13), undefined);
  t.is(viewPacket(sound, 30), undefined);
  t.is(viewPacket(sound.with(13, 6), sound.length), undefined, 'ARP');
  t.is(viewPacket(sound.with(ipAt + 10, 1), sound.length), undefined, 'the header checksum');
});
