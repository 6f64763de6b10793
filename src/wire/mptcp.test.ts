import test from 'ava';
import fc from 'fast-check';
import { parseIp } from '../base/address.ts';
import { bytesOf } from '../base/bytes.ts';
import { uint8, uint16, uint32 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { isMalformed } from './malformed.ts';
import { type DataNumber, describeMptcp, type MptcpOption } from './mptcp.ts';
import { emitMptcp } from './mptcp-emit.ts';
import { parseMptcp } from './mptcp-parse.ts';

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const bit = fc.boolean();
const number: fc.Arbitrary<DataNumber> = fc.record({
  high: fc.option(uint32, { nil: undefined }),
  low: uint32,
});
const whole = fc.record({ high: uint32, low: uint32 });
const maybe16 = fc.option(uint16, { nil: undefined });
const kind = <Kind extends MptcpOption['kind']>(name: Kind) => fc.constant(name);

const capable = fc
  .record({
    version: fc.nat(15),
    flags: uint8,
    a: octets(8),
    b: octets(8),
    length: uint16,
    sum: uint16,
  })
  .chain(({ version, flags, a, b, length, sum }) =>
    fc.nat(4).map(
      (fields): MptcpOption => ({
        kind: 'capable',
        version,
        flags,
        senderKey: fields > 0 ? a : undefined,
        receiverKey: fields > 1 ? b : undefined,
        dataLength: fields > 2 ? length : undefined,
        checksum: fields > 3 ? sum : undefined,
      }),
    ),
  );

const option: fc.Arbitrary<MptcpOption> = fc.oneof(
  capable,
  fc.record({
    kind: kind('join-syn'),
    isBackup: bit,
    addressId: uint8,
    token: uint32,
    nonce: uint32,
  }),
  fc.record({
    kind: kind('join-syn-ack'),
    isBackup: bit,
    addressId: uint8,
    hmac: octets(8),
    nonce: uint32,
  }),
  fc.record({ kind: kind('join-ack'), hmac: octets(20) }),
  fc.record({
    kind: kind('dss'),
    isDataFin: bit,
    acknowledgment: fc.option(number, { nil: undefined }),
    mapping: fc.option(
      fc.record({
        dataSequence: number,
        subflowSequence: uint32,
        length: uint16,
        checksum: maybe16,
      }),
      { nil: undefined },
    ),
  }),
  fc.record({
    kind: kind('add-address'),
    addressId: uint8,
    address: fc.constantFrom(parseIp('192.0.2.7')!, parseIp('2001:db8::7')!),
    port: maybe16,
    hmac: fc.option(octets(8), { nil: undefined }),
  }),
  fc.record({
    kind: kind('remove-address'),
    addressIds: fc.array(uint8, { minLength: 1, maxLength: 8 }),
  }),
  fc.record({ kind: kind('priority'), isBackup: bit }),
  fc.record({ kind: kind('fail'), dataSequence: whole }),
  fc.record({ kind: kind('fast-close'), receiverKey: octets(8) }),
  fc.record({ kind: kind('reset'), isTransient: bit, reason: uint8 }),
);

const key = bytesOf('0102030405060708');
const otherKey = bytesOf('a1a2a3a4a5a6a7a8');
const noKeys = { senderKey: undefined, receiverKey: undefined, dataLength: undefined };
const low = (value: number) => ({ high: undefined, low: value });

/** By hand from the drawings of RFC 8684: figures 4, 5 to 8, 9, 12 to 17. */
const table: readonly { name: string; value: MptcpOption; hex: string }[] = [
  {
    name: 'MP_CAPABLE of a SYN',
    value: { kind: 'capable', version: 1, flags: 1, ...noKeys, checksum: undefined },
    hex: '1e040101',
  },
  {
    name: 'MP_CAPABLE of a SYN-ACK',
    value: {
      kind: 'capable',
      version: 1,
      flags: 0x81,
      ...noKeys,
      senderKey: key,
      checksum: undefined,
    },
    hex: '1e0c01810102030405060708',
  },
  {
    name: 'MP_CAPABLE of the third ACK',
    value: {
      kind: 'capable',
      version: 1,
      flags: 1,
      senderKey: key,
      receiverKey: otherKey,
      dataLength: undefined,
      checksum: undefined,
    },
    hex: '1e1401010102030405060708a1a2a3a4a5a6a7a8',
  },
  {
    name: 'MP_CAPABLE of the first data, with a checksum',
    value: {
      kind: 'capable',
      version: 1,
      flags: 0x81,
      senderKey: key,
      receiverKey: otherKey,
      dataLength: 1_420,
      checksum: 0xbeef,
    },
    hex: '1e1801810102030405060708a1a2a3a4a5a6a7a8058cbeef',
  },
  {
    name: 'MP_JOIN of a SYN, backup',
    value: { kind: 'join-syn', isBackup: true, addressId: 3, token: 0xcd04a475, nonce: 0x64646464 },
    hex: '1e0c1103cd04a47564646464',
  },
  {
    name: 'MP_JOIN of a SYN-ACK',
    value: {
      kind: 'join-syn-ack',
      isBackup: false,
      addressId: 0,
      hmac: bytesOf('8385e24fb4235ac3'),
      nonce: 7,
    },
    hex: '1e1010008385e24fb4235ac300000007',
  },
  {
    name: 'MP_JOIN of the third ACK',
    value: { kind: 'join-ack', hmac: bytesOf('8385e24fb4235ac37556b6b886db106284a1da67') },
    hex: '1e1810008385e24fb4235ac37556b6b886db106284a1da67',
  },
  {
    name: 'DSS of eight and eight octets',
    value: {
      kind: 'dss',
      isDataFin: false,
      acknowledgment: { high: 1, low: 2 },
      mapping: {
        dataSequence: { high: 3, low: 4 },
        subflowSequence: 1,
        length: 1_420,
        checksum: undefined,
      },
    },
    hex: '1e1a200f0000000100000002000000030000000400000001058c',
  },
  {
    name: 'DSS of four and four octets, with a checksum',
    value: {
      kind: 'dss',
      isDataFin: false,
      acknowledgment: low(2),
      mapping: { dataSequence: low(4), subflowSequence: 1, length: 9, checksum: 0x1234 },
    },
    hex: '1e14200500000002000000040000000100091234',
  },
  {
    name: 'DATA_FIN alone',
    value: {
      kind: 'dss',
      isDataFin: true,
      acknowledgment: low(2),
      mapping: { dataSequence: low(9), subflowSequence: 0, length: 1, checksum: undefined },
    },
    hex: '1e12201500000002000000090000000000' + '01',
  },
  {
    name: 'ADD_ADDR of IPv4 with a port',
    value: {
      kind: 'add-address',
      addressId: 2,
      address: parseIp('192.0.2.7')!,
      port: 443,
      hmac: bytesOf('1122334455667788'),
    },
    hex: '1e123002c000020701bb1122334455667788',
  },
  {
    name: 'the echo of an ADD_ADDR of IPv6',
    value: {
      kind: 'add-address',
      addressId: 2,
      address: parseIp('2001:db8::7')!,
      port: undefined,
      hmac: undefined,
    },
    hex: '1e14310220010db8000000000000000000000007',
  },
  {
    name: 'REMOVE_ADDR of two',
    value: { kind: 'remove-address', addressIds: [1, 9] },
    hex: '1e05400109',
  },
  { name: 'MP_PRIO', value: { kind: 'priority', isBackup: true }, hex: '1e0351' },
  {
    name: 'MP_FAIL',
    value: { kind: 'fail', dataSequence: { high: 0x886540e5, low: 0xdce77f71 } },
    hex: '1e0c6000886540e5dce77f71',
  },
  {
    name: 'MP_FASTCLOSE',
    value: { kind: 'fast-close', receiverKey: key },
    hex: '1e0c70000102030405060708',
  },
  {
    name: 'MP_TCPRST',
    value: { kind: 'reset', isTransient: true, reason: 6 },
    hex: '1e048106',
  },
];

testFormat({ parse: parseMptcp, emit: emitMptcp, describe: describeMptcp, table, values: option });

test('an option of a length that its subtype has not is malformed', (t) => {
  for (const hex of [
    '1e050101aa',
    '1e0d1103cd04a4756464646400',
    '1e04200f',
    '1e0352aa',
    '1e03f0',
  ]) {
    const bytes = bytesOf(hex);
    t.true(isMalformed(parseMptcp(bytes, 0, bytes.length)), hex);
  }
});
