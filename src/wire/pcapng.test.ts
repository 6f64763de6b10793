import test from 'ava';
import fc from 'fast-check';
import { bytesOf, writeU32 } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { payload, uint8, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import {
  describePcapngBlock,
  emitPcapngBlock,
  emitPcapngPacket,
  encodePcapngBlock,
  measurePcapngPacket,
  type PcapngBlock,
  parsePcapngBlock,
  pcapngLinkType,
  readPcapng,
} from './pcapng.ts';

const section: PcapngBlock = { kind: 'section', application: 'ropewalk' };
const wifi: PcapngBlock = { kind: 'interface', name: 'wifi', linkType: pcapngLinkType.ethernet };
const lte: PcapngBlock = { kind: 'interface', name: 'lte', linkType: pcapngLinkType.ip };
const packet: PcapngBlock = {
  kind: 'packet',
  interfaceIndex: 1,
  tNs: 5_000_000_001,
  direction: 'outbound',
  originalBytes: 60,
  bytes: bytesOf('0102030405'),
};

const blocks: fc.Arbitrary<PcapngBlock> = fc.oneof(
  fc.record({ kind: fc.constant('section' as const), application: fc.string({ unit: 'binary' }) }),
  fc.record({
    kind: fc.constant('interface' as const),
    name: fc.string({ unit: 'grapheme' }),
    linkType: uint16,
  }),
  fc.record({
    kind: fc.constant('packet' as const),
    interfaceIndex: uint32,
    tNs: fc.maxSafeNat(),
    direction: fc.constantFrom('inbound' as const, 'outbound' as const, 'unknown' as const),
    originalBytes: uint32,
    bytes: payload,
  }),
  fc.record({
    kind: fc.constant('other' as const),
    type: fc.constantFrom(2, 3, 4, 5, 0xbad),
    body: fc
      .array(uint8, { maxLength: 8 })
      .map((some) => Uint8Array.from([...some, ...some, ...some, ...some])),
  }),
);

testFormat({
  parse: parsePcapngBlock,
  emit: emitPcapngBlock,
  describe: describePcapngBlock,
  table: [
    {
      name: 'a section',
      value: section,
      hex: `0a0d0d0a 0000002c 1a2b3c4d 00010000 ffffffff ffffffff
        00040008 726f7065 77616c6b 00000000 0000002c`,
    },
    {
      name: 'an interface with its name, in nanoseconds',
      value: wifi,
      hex: `00000001 00000028 00010000 00000000
        00020004 77696669 00090001 09000000 00000000 00000028`,
    },
    {
      name: 'a packet that left, cut to 5 of 60 bytes',
      value: packet,
      hex: `00000006 00000034 00000001 00000001 2a05f201 00000005 0000003c
        01020304 05000000 00020004 00000002 00000000 00000034`,
    },
    {
      name: 'a name resolution block, kept raw',
      value: { kind: 'other', type: 4, body: bytesOf('00000000') },
      hex: '00000004 00000010 00000000 00000010',
    },
  ],
  values: blocks,
});

function fileOf(...parts: readonly PcapngBlock[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((block) => [...encodePcapngBlock(block)]));
}

test('a file is its blocks, one behind the other', (t) => {
  const parts = [section, wifi, lte, packet, packet];
  t.deepEqual(readPcapng(fileOf(...parts)), parts);
});

test('a file that was cut while it was written is malformed', (t) => {
  const file = fileOf(section, wifi, packet);
  t.deepEqual(readPcapng(file.subarray(0, -1)), {
    malformed: 'pcapng: block length 52, 51 bytes there',
  });
});

test('a file starts with a section', (t) => {
  t.deepEqual(readPcapng(fileOf(wifi, section)), {
    malformed: 'pcapng: no section at the start',
  });
});

test('no bytes make the file reader throw', (t) => {
  const file = fileOf(section, wifi, packet);
  const damage = fc.property(fc.nat(file.length - 4), uint32, (at, word) => {
    const damaged = file.slice();
    writeU32(damaged, at, word);
    readPcapng(damaged);
  });
  t.notThrows(() => fc.assert(damage, propertyRuns(500)));
});

for (const [reason, hex] of [
  ['lengths 16 and 20 differ', '00000004 00000010 00000000 00000014'],
  ['not a big-endian section', '0a0d0d0a 0000001c 4d3c2b1a 00010000 ffffffff ffffffff 0000001c'],
  ['interface without nanosecond resolution', '00000001 00000014 00010000 00000000 00000014'],
  [
    'option of 200 bytes is cut off',
    '00000001 0000001c 00010000 00000000 000200c8 77696669 0000001c',
  ],
  [
    '9 captured bytes are not all there',
    '00000006 00000028 00000000 00000000 00000000 00000009 00000009 01020304 05060708 00000028',
  ],
] as const) {
  test(`malformed: ${reason}`, (t) => {
    const bytes = bytesOf(hex);
    t.deepEqual(parsePcapngBlock(bytes, 0, bytes.length), { malformed: `pcapng: ${reason}` });
  });
}

test('a packet without flags has no direction', (t) => {
  const bytes = bytesOf(
    '00000006 00000024 00000000 00000000 00000007 00000004 00000004 01020304 00000024',
  );
  t.like(parsePcapngBlock(bytes, 0, bytes.length), { direction: 'unknown', tNs: 7 });
});

test('a packet that is written in place has the bytes of its block, whatever lay there', (t) => {
  const head = fc.record({
    interfaceIndex: uint32,
    tNs: fc.maxSafeNat(),
    direction: fc.constantFrom('inbound' as const, 'outbound' as const),
  });
  fc.assert(
    fc.property(head, payload, fc.nat(9), (of, bytes, behind) => {
      const block = { kind: 'packet', ...of, originalBytes: bytes.length, bytes } as const;
      const expected = encodePcapngBlock(block);
      t.is(measurePcapngPacket(bytes.length), expected.length);
      const into = new Uint8Array(expected.length + 2).fill(0xee);
      const frame = Uint8Array.from([...bytes, ...new Array<number>(behind).fill(0xdd)]);
      t.is(emitPcapngPacket(into, 1, of, frame, bytes.length), expected.length + 1);
      t.deepEqual(into.subarray(1, -1), expected);
      t.deepEqual([into.at(0), into.at(-1)], [0xee, 0xee]);
    }),
    propertyRuns(200),
  );
});
