import test from 'ava';
import fc from 'fast-check';
import { bytesOf, readU16, writeU16 } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { payload, uint8, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import {
  describeIcmpv6,
  emitIcmpv6,
  type Icmpv6,
  icmpv6Checksum,
  icmpv6Offset,
  icmpv6Type,
  measureIcmpv6,
  parseIcmpv6,
  verifyIcmpv6Checksum,
} from './icmpv6.ts';

const quotedHex = `60000000 000d1140 20010db8 00000000 00000000 00000001
  20010db8 00000000 00000000 00000002 c0000035 000da057 68656c6c6f`;
const quoted = bytesOf(quotedHex);
const known: readonly number[] = Object.values(icmpv6Type);

const messages: fc.Arbitrary<Icmpv6> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('echo-request' as const, 'echo-reply' as const),
    identifier: uint16,
    sequence: uint16,
    data: payload,
  }),
  fc.record({
    kind: fc.constantFrom('destination-unreachable' as const, 'time-exceeded' as const),
    code: uint8,
    quoted: payload,
  }),
  fc.record({ kind: fc.constant('packet-too-big' as const), mtuBytes: uint32, quoted: payload }),
  fc.record({
    kind: fc.constant('parameter-problem' as const),
    code: uint8,
    pointer: uint32,
    quoted: payload,
  }),
  fc.record({
    kind: fc.constant('other' as const),
    type: uint8.filter((type) => !known.includes(type)),
    code: uint8,
    rest: fc.uint8Array({ minLength: 4, maxLength: 60 }),
  }),
);

testFormat({
  parse: parseIcmpv6,
  emit: emitIcmpv6,
  describe: describeIcmpv6,
  table: [
    {
      name: 'an echo request',
      value: {
        kind: 'echo-request',
        identifier: 0x1234,
        sequence: 7,
        data: new TextEncoder().encode('ropewalk'),
      },
      hex: '80000000 12340007 726f7065 77616c6b',
    },
    {
      name: 'an empty echo reply',
      value: { kind: 'echo-reply', identifier: 1, sequence: 2, data: new Uint8Array(0) },
      hex: '81000000 00010002',
    },
    {
      name: 'packet too big for an MTU of 1280',
      value: { kind: 'packet-too-big', mtuBytes: 1_280, quoted },
      hex: `02000000 00000500 ${quotedHex}`,
    },
    {
      name: 'an unrecognised next header at byte 40',
      value: { kind: 'parameter-problem', code: 1, pointer: 40, quoted },
      hex: `04010000 00000028 ${quotedHex}`,
    },
    {
      name: 'port unreachable',
      value: { kind: 'destination-unreachable', code: 4, quoted },
      hex: `01040000 00000000 ${quotedHex}`,
    },
    {
      name: 'hop limit exceeded',
      value: { kind: 'time-exceeded', code: 0, quoted },
      hex: `03000000 00000000 ${quotedHex}`,
    },
    {
      name: 'a multicast listener query, kept raw',
      value: {
        kind: 'other',
        type: 130,
        code: 0,
        rest: bytesOf(`27100000 ${'00'.repeat(16)}`),
      },
      hex: `82000000 27100000 ${'00'.repeat(16)}`,
    },
    {
      name: 'a router solicitation among them',
      value: { kind: 'router-solicitation', sourceMac: undefined },
      hex: '85000000 00000000',
    },
  ],
  values: messages,
});

/** Whole packets, made by another implementation. */
for (const [name, hex] of [
  [
    'an echo request',
    `60000000 00103a40 20010db8 00000000 00000000 00000001
     20010db8 00000000 00000000 00000002 80004b63 12340007 726f7065 77616c6b`,
  ],
  [
    'a neighbor solicitation',
    `60000000 00203aff fe800000 00000000 00000000 00000001
     ff020000 00000000 00000001 ff000002 87007a97 00000000
     fe800000 00000000 00000000 00000002 01010200 00000001`,
  ],
  [
    'a router advertisement',
    `60000000 00183aff fe800000 00000000 00000000 00000002
     ff020000 00000000 00000000 00000001 8600b87a 40880708 00007530 000003e8 01010200 00000002`,
  ],
  [
    'packet too big',
    `60000000 003d3a40 20010db8 00000000 00000000 000000ff
     20010db8 00000000 00000000 00000001 02002ae7 00000500 ${quotedHex}`,
  ],
] as const) {
  test(`the checksum of ${name} covers the addresses and the message`, (t) => {
    const bytes = bytesOf(hex);
    const checksum = readU16(bytes, 40 + icmpv6Offset.checksum);
    t.true(verifyIcmpv6Checksum(bytes, 0, 40, bytes.length));
    writeU16(bytes, 40 + icmpv6Offset.checksum, 0xa5a5);
    t.false(verifyIcmpv6Checksum(bytes, 0, 40, bytes.length));
    t.is(icmpv6Checksum(bytes, 0, 40, bytes.length), checksum);
    bytes[8]! ^= 1;
    t.not(icmpv6Checksum(bytes, 0, 40, bytes.length), checksum);
  });
}

test('a message is as long as was measured', (t) => {
  const room = new Uint8Array(200);
  const measured = fc.property(messages, (icmp) =>
    t.is(emitIcmpv6(room, 0, icmp), measureIcmpv6(icmp)),
  );
  fc.assert(measured, propertyRuns(100));
});
