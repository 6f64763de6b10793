import test from 'ava';
import fc from 'fast-check';
import { bytesOf, readU16, writeU16 } from '../base/bytes.ts';
import { uint8, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import {
  describeTcp,
  describeTcpFlags,
  emitTcp,
  measureTcpHeader,
  parseTcp,
  type TcpHeader,
  tcpChecksum,
  tcpFlag,
  tcpOffset,
  verifyTcpChecksum,
} from './tcp.ts';
import type { TcpOption } from './tcp-options.ts';

const nop: TcpOption = { kind: 'no-operation' };
const synHex = `9c4001bb 11223344 00000000 a002faf0 7a6b0000
  020405b4 0402080a 01020304 00000000 01030307`;
const sackHex = `9c4001bb 11223344 55667788 d01001f6 73cf0000
  0101080a 00000005 00000006 01010512 00001000 00002000 00003000 00004000`;

const syn: TcpHeader = {
  sourcePort: 40_000,
  destinationPort: 443,
  sequence: 0x1122_3344,
  acknowledgment: 0,
  headerBytes: 40,
  flags: tcpFlag.syn,
  window: 64_240,
  checksum: 0x7a6b,
  urgentPointer: 0,
  options: [
    { kind: 'maximum-segment-size', mssBytes: 1_460 },
    { kind: 'sack-permitted' },
    { kind: 'timestamps', value: 0x0102_0304, echo: 0 },
    nop,
    { kind: 'window-scale', shift: 7 },
  ],
};
const sack: TcpHeader = {
  ...syn,
  acknowledgment: 0x5566_7788,
  headerBytes: 52,
  flags: tcpFlag.ack,
  window: 502,
  checksum: 0x73cf,
  options: [
    nop,
    nop,
    { kind: 'timestamps', value: 5, echo: 6 },
    nop,
    nop,
    {
      kind: 'sack',
      blocks: [
        { left: 0x1000, right: 0x2000 },
        { left: 0x3000, right: 0x4000 },
      ],
    },
  ],
};

const optionLists: fc.Arbitrary<TcpOption[]> = fc.array(
  fc.oneof(
    fc.constant(nop),
    fc.record({ kind: fc.constant('timestamps' as const), value: uint32, echo: uint32 }),
    fc.record({ kind: fc.constant('window-scale' as const), shift: uint8 }),
  ),
  { maxLength: 4 },
);
const headers: fc.Arbitrary<TcpHeader> = fc
  .record({
    sourcePort: uint16,
    destinationPort: uint16,
    sequence: uint32,
    acknowledgment: uint32,
    flags: uint8,
    window: uint16,
    checksum: uint16,
    urgentPointer: uint16,
    options: optionLists,
  })
  .map((header) => ({ ...header, headerBytes: measureTcpHeader(header.options) }));

testFormat({
  parse: parseTcp,
  emit: emitTcp,
  describe: describeTcp,
  table: [
    { name: 'a SYN as Linux sends it', value: syn, hex: synHex },
    { name: 'an acknowledgment with two holes', value: sack, hex: sackHex },
    {
      name: 'all the numbers at their end',
      value: {
        ...syn,
        sourcePort: 1,
        destinationPort: 2,
        sequence: 0xffff_ffff,
        acknowledgment: 0xffff_fffe,
        headerBytes: 20,
        flags: 0xf9,
        window: 65_535,
        checksum: 0xabcd,
        urgentPointer: 9,
        options: [],
      },
      hex: '00010002 ffffffff fffffffe 50f9ffff abcd0009',
    },
    {
      name: 'a single option, padded',
      value: { ...syn, headerBytes: 24, options: [{ kind: 'window-scale', shift: 2 }] },
      hex: '9c4001bb 11223344 00000000 6002faf0 7a6b0000 03030200',
    },
  ],
  values: headers,
});

test('a header length below 20 is malformed', (t) => {
  const bytes = bytesOf(synHex.replace('a002', '4002'));
  t.deepEqual(parseTcp(bytes, 0, 40), { malformed: 'TCP: header length 16, 40 bytes there' });
});

test('a header longer than the segment is malformed', (t) => {
  t.deepEqual(parseTcp(bytesOf(synHex), 0, 39), {
    malformed: 'TCP: header length 40, 39 bytes there',
  });
});

test('a broken option list is malformed', (t) => {
  t.true('malformed' in parseTcp(bytesOf(synHex.replace('020405b4', '020005b4')), 0, 40));
});

/** Whole packets, made by another implementation. */
for (const [family, ip, tcp, tcpAt] of [
  ['IPv4', '4500003c 00014000 40064e7f c0000201 c6336407', synHex, 20],
  [
    'IPv6',
    '60000000 00340640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002',
    sackHex,
    40,
  ],
] as const) {
  test(`over ${family} the checksum covers addresses and segment`, (t) => {
    const bytes = bytesOf(ip + tcp);
    const checksum = readU16(bytes, tcpAt + tcpOffset.checksum);
    t.true(verifyTcpChecksum(bytes, 0, tcpAt, bytes.length));
    writeU16(bytes, tcpAt + tcpOffset.checksum, 0xa5a5);
    t.false(verifyTcpChecksum(bytes, 0, tcpAt, bytes.length));
    t.is(tcpChecksum(bytes, 0, tcpAt, bytes.length), checksum);
    bytes[tcpAt - 1]! ^= 1;
    t.not(tcpChecksum(bytes, 0, tcpAt, bytes.length), checksum);
  });
}

test('flags have names', (t) => {
  t.is(describeTcpFlags(tcpFlag.syn | tcpFlag.ack), 'syn+ack');
  t.is(describeTcpFlags(0), 'none');
});

test('a segment is told with its flags and options', (t) => {
  t.is(
    describeTcp({ ...sack, options: sack.options.slice(5) }),
    'tcp 40000 > 443 ack, seq 287454020, ack 1432778632, win 502, sack 4096-8192 12288-16384',
  );
});
