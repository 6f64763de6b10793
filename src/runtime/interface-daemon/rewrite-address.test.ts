import test from 'ava';
import fc from 'fast-check';
import { type Ip, type Ipv4, type Ipv6, parseIp, writeIp } from '../../base/address.ts';
import { writeU16 } from '../../base/bytes.ts';
import { propertyRuns } from '../../base/property-runs.conformance.ts';
import { addressIn } from '../../ip/packet-address.ts';
import { foldChecksum, sumWords, verifyTransportChecksum } from '../../wire/checksum.ts';
import { icmpv6Checksum } from '../../wire/icmpv6.ts';
import { tcpChecksum } from '../../wire/tcp.ts';
import { udpChecksum } from '../../wire/udp.ts';
import { rewriteAddress } from './rewrite-address.ts';

const inner = { 4: ipOf('192.0.0.2'), 6: ipOf('fd72:6f70:6577::2') } as const;
const peer = { 4: ipOf('203.0.113.9'), 6: ipOf('2001:db8::9') } as const;
const families = [4, 6] as const;
type Family = (typeof families)[number];

function ipOf(text: string): Ip {
  return parseIp(text)!;
}

function packetOf(family: Family, protocol: number, source: Ip, destination: Ip, body: Uint8Array) {
  const headerBytes = family === 4 ? 20 : 40;
  const packet = new Uint8Array(headerBytes + body.length);
  packet[0] = family === 4 ? 0x45 : 0x60;
  writeU16(packet, family === 4 ? 2 : 4, family === 4 ? packet.length : body.length);
  packet[family === 4 ? 8 : 7] = 64;
  packet[family === 4 ? 9 : 6] = protocol;
  writeIp(packet, family === 4 ? 12 : 8, source);
  writeIp(packet, family === 4 ? 16 : 24, destination);
  packet.set(body, headerBytes);
  if (family === 4) writeU16(packet, 10, foldChecksum(sumWords(packet, 0, 20)));
  return packet;
}

function datagram(family: Family, source: Ip, destination: Ip, payload: Uint8Array): Uint8Array {
  const body = new Uint8Array(8 + payload.length);
  writeU16(body, 0, 4_000);
  writeU16(body, 2, 53);
  writeU16(body, 4, body.length);
  body.set(payload, 8);
  const packet = packetOf(family, 17, source, destination, body);
  const at = family === 4 ? 20 : 40;
  writeU16(packet, at + 6, udpChecksum(packet, 0, at, packet.length));
  return packet;
}

function segment(family: Family, source: Ip, destination: Ip, payload: Uint8Array): Uint8Array {
  const body = new Uint8Array(20 + payload.length);
  body[12] = 0x50;
  body.set(payload, 20);
  const packet = packetOf(family, 6, source, destination, body);
  const at = family === 4 ? 20 : 40;
  writeU16(packet, at + 16, tcpChecksum(packet, 0, at, packet.length));
  return packet;
}

function isSound(packet: Uint8Array): boolean {
  const isV4 = packet[0]! >>> 4 === 4;
  if (isV4 && foldChecksum(sumWords(packet, 0, 20)) !== 0) return false;
  const [protocol, at] = [packet[isV4 ? 9 : 6]!, isV4 ? 20 : 40];
  if (protocol === 1) return foldChecksum(sumWords(packet, at, packet.length)) === 0;
  return verifyTransportChecksum(packet, 0, protocol, at, packet.length);
}

const v4 = fc.nat(0xffff_ffff).map((value) => value as Ipv4);
const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 });
const v6 = groups.map((group) => String.fromCharCode(...group) as Ipv6);

for (const family of families) {
  for (const [name, make] of [
    ['datagram', datagram],
    ['segment', segment],
  ] as const) {
    test(`IPv${family}: a ${name} is sound under any address, and is what it was after the way back`, (t) => {
      const bytes = fc.uint8Array({ maxLength: 60 });
      const staysSound = fc.property(family === 4 ? v4 : v6, bytes, (outer, payload) => {
        const packet = make(family, inner[family], peer[family], payload);
        const before = packet.slice();
        rewriteAddress(packet, 'source', outer);
        t.is(addressIn(packet, 'source'), outer);
        t.true(isSound(packet));
        rewriteAddress(packet, 'source', inner[family]);
        t.deepEqual(packet, before);
      });
      fc.assert(staysSound, propertyRuns(300));
    });
  }

  test(`IPv${family}: an error speaks of the packet as its sender sent it`, (t) => {
    const outer = ipOf(family === 4 ? '198.18.0.1' : '2001:db8:5::1');
    const sent = datagram(family, outer, peer[family], new Uint8Array(3));
    const error = errorAbout(family, peer[family], outer, sent);
    rewriteAddress(error, 'destination', inner[family]);
    t.true(isSound(error));
    t.is(addressIn(error, 'destination'), inner[family]);
    const quoted = error.subarray((family === 4 ? 20 : 40) + 8);
    t.deepEqual(quoted, datagram(family, inner[family], peer[family], new Uint8Array(3)));
  });

  test(`IPv${family}: an error that quotes little, or somebody else, is left as it is behind its header`, (t) => {
    for (const quote of [
      new Uint8Array(3),
      datagram(family, peer[family], peer[family], new Uint8Array(1)),
    ]) {
      const error = errorAbout(family, peer[family], inner[family], quote);
      rewriteAddress(error, 'destination', peer[family]);
      t.true(isSound(error));
      t.deepEqual(error.subarray((family === 4 ? 20 : 40) + 8), quote);
    }
  });
}

function errorAbout(family: Family, source: Ip, destination: Ip, quoted: Uint8Array): Uint8Array {
  const body = new Uint8Array(8 + quoted.length);
  body[0] = family === 4 ? 3 : 1;
  body.set(quoted, 8);
  const packet = packetOf(family, family === 4 ? 1 : 58, source, destination, body);
  const at = family === 4 ? 20 : 40;
  const checksum =
    family === 4
      ? foldChecksum(sumWords(packet, at, packet.length))
      : icmpv6Checksum(packet, 0, at, packet.length);
  writeU16(packet, at + 2, checksum);
  return packet;
}

test('a datagram without a checksum gets none', (t) => {
  const packet = datagram(4, inner[4], peer[4], new Uint8Array(3));
  writeU16(packet, 26, 0);
  rewriteAddress(packet, 'source', ipOf('10.0.0.1'));
  t.deepEqual([packet[26], packet[27]], [0, 0]);
});

test('of a later fragment only the header changes', (t) => {
  const packet = datagram(4, inner[4], peer[4], Uint8Array.of(1, 2, 3, 4));
  writeU16(packet, 6, 5);
  writeU16(packet, 10, 0);
  writeU16(packet, 10, foldChecksum(sumWords(packet, 0, 20)));
  const body = packet.slice(20);
  rewriteAddress(packet, 'source', ipOf('10.0.0.1'));
  t.is(foldChecksum(sumWords(packet, 0, 20)), 0);
  t.deepEqual(packet.slice(20), body);
});
