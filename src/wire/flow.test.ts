import { crc32 } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { uint32 } from './arbitraries.conformance.ts';
import { describeFlow, emitFlow, type FlowDatagram, flowIdOf, parseFlow } from './flow.ts';
import { type Row, testFormat } from './format.conformance.ts';
import { isMalformed } from './malformed.ts';

/** By hand from the drawing; the checksum in front is zlib's. */
const table: readonly Row<FlowDatagram>[] = [
  {
    name: 'an opening',
    value: { kind: 'open', flow: 1, number: 0, sentAtNs: 0, bytes: 24 },
    hex: withChecksum('52 11 0018 00000001 00000000 0000000000000000'),
  },
  {
    name: 'data, filled to its size',
    value: { kind: 'data', flow: 0xcbf43926, number: 258, sentAtNs: 0x1_0000_0002, bytes: 28 },
    hex: withChecksum('52 13 001c cbf43926 00000102 0000000100000002 00000000'),
  },
  {
    name: 'an end from a clock just before zero',
    value: { kind: 'end', flow: 7, number: 0xffff_ffff, sentAtNs: -1, bytes: 24 },
    hex: withChecksum('52 14 0018 00000007 ffffffff ffffffffffffffff'),
  },
  {
    name: 'a response from a clock five seconds before zero',
    value: { kind: 'response', flow: 7, number: 3, sentAtNs: -5_000_000_000, bytes: 25 },
    hex: withChecksum('52 17 0019 00000007 00000003 fffffffed5fa0e00 00'),
  },
];

function withChecksum(hex: string): string {
  const rest = bytesOf(hex);
  const sum = crc32(rest.subarray(0, 20));
  return sum.toString(16).padStart(8, '0') + hexOf(rest);
}

testFormat({
  parse: parseFlow,
  emit: emitFlow,
  describe: describeFlow,
  table,
  values: fc.record({
    kind: fc.constantFrom(
      ...(['open', 'open-ack', 'data', 'end', 'end-ack', 'request', 'response'] as const),
    ),
    flow: uint32,
    number: uint32,
    sentAtNs: fc.integer({ min: -(2 ** 50), max: Number.MAX_SAFE_INTEGER }),
    bytes: fc.integer({ min: 24, max: 1_472 }),
  }),
});

test('a flow is named by the CRC-32 of its name', (t) => {
  t.is(flowIdOf('123456789'), 0xcbf4_3926);
  t.not(flowIdOf('download'), flowIdOf('upload'));
});

test('one turned bit is always found', (t) => {
  const good = bytesOf(table[1]!.hex);
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bad = good.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    t.true(isMalformed(parseFlow(bad, 0, bad.length)), `bit ${bit}`);
  }
});

test('a byte of the filling that is not zero is found wherever it stands, and wherever the datagram does', (t) => {
  for (let at = 0; at < 4; at++) {
    const room = new Uint8Array(80);
    const value = { ...table[1]!.value, bytes: 61 + at };
    const end = emitFlow(room, at, value);
    t.deepEqual(parseFlow(room, at, end), value);
    for (let each = at + 24; each < end; each++) {
      const bad = room.slice();
      bad[each] = 0x80;
      t.true(isMalformed(parseFlow(bad, at, end)), `byte ${each} of a datagram at ${at}`);
    }
  }
});

test('a datagram that was cut, or grew, is found', (t) => {
  const good = bytesOf(table[1]!.hex);
  for (let end = 0; end < good.length; end++) t.true(isMalformed(parseFlow(good, 0, end)));
  t.true(isMalformed(parseFlow(new Uint8Array([...good, 0]), 0, good.length + 1)));
});

test('a datagram is described in a line', (t) => {
  t.is(describeFlow(table[1]!.value), 'data 258 of flow cbf43926, 28 bytes');
});
