import test from 'ava';
import fc from 'fast-check';
import type { Ipv4 } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { ipv4, uint8, uint16 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { ipProtocol } from './ip-protocol.ts';
import { describeIpv4, emitIpv4, type Ipv4Header, ipv4Offset, parseIpv4 } from './ipv4.ts';
import { isMalformed, type Malformed } from './malformed.ts';

const plain: Ipv4Header = {
  headerBytes: 20,
  dscp: 46,
  ecn: 1,
  totalLength: 28,
  identification: 0x1234,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  ttl: 64,
  protocol: ipProtocol.udp,
  source: 0xc000_0201 as Ipv4,
  destination: 0xc633_6407 as Ipv4,
  options: new Uint8Array(0),
};
const plainHex = '45b9001c 12344000 40113ba8 c0000201 c6336407';
const fragment: Ipv4Header = {
  ...plain,
  dscp: 0,
  ecn: 0,
  totalLength: 1_500,
  identification: 0xfedc,
  dontFragment: false,
  moreFragments: true,
  fragmentOffset: 1_480,
  ttl: 1,
  protocol: ipProtocol.icmp,
};
const alert: Ipv4Header = {
  ...plain,
  headerBytes: 24,
  dscp: 0,
  ecn: 0,
  totalLength: 32,
  identification: 0,
  dontFragment: false,
  ttl: 1,
  protocol: ipProtocol.igmp,
  destination: 0xe000_0001 as Ipv4,
  options: bytesOf('94040000'),
};

/** A packet whose header is `hex`, followed by zeros up to its length. */
function packetOf(hex: string, totalLength: number): Uint8Array {
  const packet = new Uint8Array(totalLength);
  packet.set(bytesOf(hex));
  return packet;
}

/** A header stands alone here, so its payload is let be as long as it says. */
function parseAlone(bytes: Uint8Array, at: number, end: number): Ipv4Header | Malformed {
  const whole = new Uint8Array(at + 65_535);
  whole.set(bytes.subarray(0, end));
  return parseIpv4(whole, at, end - at < 20 ? end : whole.length);
}

const headers = fc
  .record({
    words: fc.nat(10),
    dscp: fc.nat(63),
    ecn: fc.nat(3),
    payloadBytes: fc.nat(1_480),
    identification: uint16,
    dontFragment: fc.boolean(),
    moreFragments: fc.boolean(),
    fragmentOffset: fc.nat(0x1fff).map((units) => units * 8),
    ttl: uint8,
    protocol: uint8,
    source: ipv4,
    destination: ipv4,
    options: fc.uint8Array({ minLength: 40, maxLength: 40 }),
  })
  .map(({ words, payloadBytes, options, ...rest }) => ({
    ...rest,
    headerBytes: 20 + words * 4,
    totalLength: 20 + words * 4 + payloadBytes,
    options: options.slice(0, words * 4),
  }));

testFormat({
  parse: parseAlone,
  emit: emitIpv4,
  describe: describeIpv4,
  table: [
    { name: 'UDP that must not be fragmented', value: plain, hex: plainHex },
    {
      name: 'a fragment in the middle',
      value: fragment,
      hex: '450005dc fedc20b9 0101a84f c0000201 c6336407',
    },
    {
      name: 'a router alert option',
      value: alert,
      hex: '46000020 00000000 010282d5 c0000201 e0000001 94040000',
    },
    {
      name: 'the header whose checksum is known to be b861',
      value: {
        ...plain,
        dscp: 0,
        ecn: 0,
        totalLength: 0x73,
        identification: 0,
        source: 0xc0a8_0001 as Ipv4,
        destination: 0xc0a8_00c7 as Ipv4,
      },
      hex: '45000073 00004000 4011b861 c0a80001 c0a800c7',
    },
  ],
  values: headers,
});

for (const [reason, at, byte] of [
  ['version 5', ipv4Offset.version, 0x55],
  ['header length 16', ipv4Offset.version, 0x44],
  ['total length 284, 28 bytes there', ipv4Offset.totalLength, 1],
  ['total length 29, 28 bytes there', ipv4Offset.totalLength + 1, 29],
  ['total length 19, header 20', ipv4Offset.totalLength + 1, 19],
  ['header checksum is wrong', ipv4Offset.ttl, 63],
] as const) {
  test(`a changed byte is found behind an Ethernet header: ${reason}`, (t) => {
    const packet = packetOf(plainHex, 28);
    packet[at] = byte;
    const frame = Uint8Array.from([...new Uint8Array(14), ...packet, ...new Uint8Array(400)]);
    t.deepEqual(parseIpv4(frame, 14, 42), { malformed: `IPv4: ${reason}` });
  });
}

test('a header length beyond the packet is malformed', (t) => {
  t.true(isMalformed(parseIpv4(packetOf(plainHex.replace('45', '4f'), 28), 0, 28)));
});

test('bytes behind the total length are padding of the link', (t) => {
  t.deepEqual(parseIpv4(packetOf(plainHex, 46), 0, 46), plain);
});

test('short options end with zeros', (t) => {
  const bytes = new Uint8Array(24).fill(0xa5);
  emitIpv4(bytes, 0, { ...alert, options: bytesOf('01') });
  t.deepEqual(bytes.slice(20), bytesOf('01000000'));
});

test('options outlive the packet they were read from', (t) => {
  const packet = packetOf('46000020 00000000 010282d5 c0000201 e0000001 94040000', 32);
  const header = parseIpv4(packet, 0, 32) as Ipv4Header;
  packet.fill(0xa5);
  t.deepEqual(header.options, bytesOf('94040000'));
});

test('a fragment says where it belongs', (t) => {
  t.is(
    describeIpv4(fragment),
    '192.0.2.1 > 198.51.100.7 icmp ttl 1, 1500 bytes, fragment of 65244 at 1480+',
  );
});
