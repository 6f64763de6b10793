import { crc32 } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { describeFlow, emitFlow, type FlowDatagram, flowIdOf, parseFlow } from './flow.ts';
import { isMalformed } from './malformed.ts';

/** Written by hand from the drawing; the checksum in front comes from zlib. */
const table: readonly { value: FlowDatagram; hex: string }[] = [
  {
    value: { kind: 'open', flow: 1, number: 0, sentAtNs: 0, bytes: 24 },
    hex: '52 11 0018 00000001 00000000 0000000000000000',
  },
  {
    value: { kind: 'data', flow: 0xcbf43926, number: 258, sentAtNs: 0x1_0000_0002, bytes: 28 },
    hex: '52 13 001c cbf43926 00000102 0000000100000002 00000000',
  },
  {
    value: { kind: 'end', flow: 7, number: 0xffff_ffff, sentAtNs: -1, bytes: 24 },
    hex: '52 14 0018 00000007 ffffffff ffffffffffffffff',
  },
  {
    value: { kind: 'response', flow: 7, number: 3, sentAtNs: -5_000_000_000, bytes: 25 },
    hex: '52 17 0019 00000007 00000003 fffffffed5fa0e00 00',
  },
];

function withChecksum(hex: string): string {
  const rest = bytesOf(hex);
  const sum = crc32(rest.subarray(0, 20));
  return sum.toString(16).padStart(8, '0') + hexOf(rest);
}

test('the table reads and writes', (t) => {
  for (const { value, hex } of table) {
    const bytes = bytesOf(withChecksum(hex));
    t.deepEqual(parseFlow(bytes, 0, bytes.length), value);
    const room = new Uint8Array(value.bytes + 2).fill(0xa5);
    t.is(emitFlow(room, 1, value), value.bytes + 1);
    t.is(hexOf(room), `a5${withChecksum(hex)}a5`);
  }
});

test('a flow is named by the CRC-32 of its name', (t) => {
  t.is(flowIdOf('123456789'), 0xcbf4_3926);
  t.not(flowIdOf('download'), flowIdOf('upload'));
});

test('one turned bit is always found', (t) => {
  const good = bytesOf(withChecksum(table[1]!.hex));
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bad = good.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    t.true(isMalformed(parseFlow(bad, 0, bad.length)), `bit ${bit}`);
  }
});

test('a datagram that was cut, or grew, is found', (t) => {
  const good = bytesOf(withChecksum(table[1]!.hex));
  for (let end = 0; end < good.length; end++) t.true(isMalformed(parseFlow(good, 0, end)));
  t.true(isMalformed(parseFlow(new Uint8Array([...good, 0]), 0, good.length + 1)));
});

test('what is written reads the same', (t) => {
  const datagram = fc.record({
    kind: fc.constantFrom(
      ...(['open', 'open-ack', 'data', 'end', 'end-ack', 'request', 'response'] as const),
    ),
    flow: fc.nat(0xffff_ffff),
    number: fc.nat(0xffff_ffff),
    sentAtNs: fc.integer({ min: -(2 ** 50), max: Number.MAX_SAFE_INTEGER }),
    bytes: fc.integer({ min: 24, max: 1_472 }),
  });
  fc.assert(
    fc.property(datagram, (value) => {
      const bytes = new Uint8Array(value.bytes).fill(0xa5);
      emitFlow(bytes, 0, value);
      t.deepEqual(parseFlow(bytes, 0, bytes.length), value);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('no bytes make the parser throw', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      t.true(isMalformed(parseFlow(bytes, 0, bytes.length)));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('a datagram is described in a line', (t) => {
  t.is(describeFlow(table[1]!.value), 'data 258 of flow cbf43926, 28 bytes');
});
