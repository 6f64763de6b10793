import test from 'ava';
import { type Ip, parseIp, writeIp } from '../../base/address.ts';
import { writeU16 } from '../../base/bytes.ts';
import { foldChecksum, sumWords } from '../../wire/checksum.ts';
import { isMalformed } from '../../wire/malformed.ts';
import { emitTcp, parseTcp, tcpChecksum, tcpFlag, verifyTcpChecksum } from '../../wire/tcp.ts';
import { quotedSender, resetFor } from './tcp-reset.ts';

const addresses = {
  4: { peer: parseIp('10.0.0.9')!, own: parseIp('10.0.0.1')! },
  6: { peer: parseIp('fd00::9')!, own: parseIp('fd00::1')! },
} as const;

function packetAround(
  family: 4 | 6,
  source: Ip,
  destination: Ip,
  segment: Uint8Array,
  protocol = 6,
): Uint8Array {
  const at = family === 4 ? 20 : 40;
  const packet = new Uint8Array(at + segment.length);
  packet[0] = family === 4 ? 0x45 : 0x60;
  writeU16(packet, family === 4 ? 2 : 4, family === 4 ? packet.length : segment.length);
  packet[family === 4 ? 9 : 6] = protocol;
  writeIp(packet, family === 4 ? 12 : 8, source);
  writeIp(packet, family === 4 ? 16 : 24, destination);
  if (family === 4) writeU16(packet, 10, foldChecksum(sumWords(packet, 0, 20)));
  packet.set(segment, at);
  return packet;
}

function segmentOf(flags: number, dataBytes: number): Uint8Array {
  const segment = new Uint8Array(20 + dataBytes);
  emitTcp(segment, 0, {
    ...{ sourcePort: 4_000, destinationPort: 80, sequence: 1_000, acknowledgment: 5_000 },
    ...{ headerBytes: 20, flags, window: 100, checksum: 0, urgentPointer: 0, options: [] },
  });
  return segment;
}

function arrive(family: 4 | 6, flags: number, dataBytes = 0): Uint8Array {
  const { peer, own } = addresses[family];
  const packet = packetAround(family, peer, own, segmentOf(flags, dataBytes));
  const at = family === 4 ? 20 : 40;
  writeU16(packet, at + 16, tcpChecksum(packet, 0, at, packet.length));
  return packet;
}

const { syn, ack, fin, rst, psh } = tcpFlag;
const resets: readonly (readonly [string, number, number, object])[] = [
  ['a first segment', syn, 0, { flags: rst | ack, sequence: 0, acknowledgment: 1_001 }],
  ['data without an acknowledgment', psh, 7, { flags: rst | ack, acknowledgment: 1_007 }],
  ['an end without an acknowledgment', fin, 7, { flags: rst | ack, acknowledgment: 1_008 }],
  ['an acknowledgment', ack, 0, { flags: rst, sequence: 5_000, acknowledgment: 0 }],
  ['data with an acknowledgment', psh | ack, 7, { flags: rst, sequence: 5_000 }],
];

for (const family of [4, 6] as const) {
  test(`an ICMP error tells whose segment it is about, also of its first eight bytes, over IPv${family}`, (t) => {
    const { peer, own } = addresses[family];
    const protocol = family === 4 ? 1 : 58;
    const sent = packetAround(family, own, peer, segmentOf(syn, 0));
    const headerBytes = family === 4 ? 20 : 40;
    const around = (quoted: Uint8Array) => {
      const error = Uint8Array.of(family === 4 ? 3 : 1, 0, 0, 0, 0, 0, 0, 0, ...quoted);
      return packetAround(family, peer, own, error, protocol);
    };
    const sender = { address: own, port: 4_000 };
    t.deepEqual(quotedSender(around(sent)), sender);
    t.deepEqual(quotedSender(around(sent.subarray(0, headerBytes + 8))), sender);
    t.is(quotedSender(around(sent.subarray(0, headerBytes + 7))), undefined);
    t.is(quotedSender(around(packetAround(family, own, peer, segmentOf(syn, 0), 17))), undefined);
    t.is(quotedSender(sent), undefined);
  });

  for (const [title, flags, dataBytes, wanted] of resets) {
    test(`${title} of no connection is reset as RFC 9293 3.10.7.1 says, over IPv${family}`, (t) => {
      const { peer, own } = addresses[family];
      const reset = resetFor(arrive(family, flags, dataBytes))!;
      t.like(reset, { source: own, destination: peer, protocol: 6 });
      const header = parseTcp(reset.payload, 0, reset.payload.length);
      t.false(isMalformed(header));
      t.like(header, { sourcePort: 80, destinationPort: 4_000, ...wanted });
      const packet = packetAround(family, own, peer, reset.payload);
      t.true(verifyTcpChecksum(packet, 0, family === 4 ? 20 : 40, packet.length));
    });
  }

  test(`a reset is not answered, nor what is no segment, over IPv${family}`, (t) => {
    t.is(resetFor(arrive(family, rst)), undefined);
    t.is(resetFor(arrive(family, rst | ack)), undefined);
    const broken = arrive(family, syn);
    broken[broken.length - 1]! ^= 1;
    t.is(resetFor(broken), undefined, 'the checksum is wrong');
    t.is(resetFor(arrive(family, syn).subarray(0, 30)), undefined, 'it is cut short');
    const other = arrive(family, syn);
    other[family === 4 ? 9 : 6] = 17;
    t.is(resetFor(other), undefined, 'it is UDP');
  });
}
