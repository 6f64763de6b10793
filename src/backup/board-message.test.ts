import test from 'ava';
import fc from 'fast-check';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { isMalformed } from '../wire/malformed.ts';
import { type BoardMessage, emitBoardMessage, parseBoardMessage } from './board-message.ts';

const table: readonly { name: string; value: BoardMessage; hex: string }[] = [
  {
    name: 'an answer and its boundaries',
    value: {
      kind: 'commit',
      connection: 7,
      consumedBytes: 12,
      ends: false,
      first: 0x1_0000_0002,
      mssBytes: 1_412,
      change: { session: { kind: 'lines' }, sets: [] },
      output: bytesOf('4f4b0a'),
    },
    hex: '01 00000007 0000000c 00 000100000002 0584 0000 4f4b0a',
  },
  {
    name: 'the end of a stream',
    value: {
      kind: 'commit',
      connection: 1,
      consumedBytes: 5,
      ends: true,
      first: 10,
      mssBytes: 536,
      change: { session: { kind: 'lines' }, sets: [] },
      output: bytesOf(''),
    },
    hex: '01 00000001 00000005 01 00000000000a 0218 0000',
  },
  {
    name: 'a packet for the peer',
    value: { kind: 'packet', packet: bytesOf('4500aabb') },
    hex: '02 4500aabb',
  },
  {
    name: 'a packet of the peer',
    value: { kind: 'inbound', packet: bytesOf('4500ccdd') },
    hex: '03 4500ccdd',
  },
  {
    name: 'a segment of the peer without what both boards know',
    value: { kind: 'segment', connection: 258, ecn: 3, segment: bytesOf('01020304') },
    hex: '04 00000102 03 01020304',
  },
  {
    name: 'a connection that is gone',
    value: { kind: 'dropped', connection: 9 },
    hex: '05 00000009',
  },
];

for (const { name, value, hex } of table) {
  const bytes = bytesOf(hex);
  test(`${name}: the bytes mean the value`, (t) => t.deepEqual(parseBoardMessage(bytes), value));
  test(`${name}: the value makes the bytes`, (t) =>
    t.is(hexOf(emitBoardMessage(value)), hexOf(bytes)));
}

const plain: readonly BoardMessage[] = [
  {
    kind: 'welcome',
    mode: 'packets',
    nextConnection: 3,
    connections: 2,
    store: [['name', 'value']],
  },
  {
    kind: 'connection',
    connection: 2,
    savedAtNs: 1_500_000_000.5,
    state: bytesOf('0102'),
    session: { kind: 'taking', left: 17, sum: 0xffff_ffff },
    demarcation: { nextExpected: 2 ** 32 + 1, highestQueued: 2 ** 32 + 9, named: 2 ** 32 + 9 },
  },
  { kind: 'synced' },
  {
    kind: 'commit',
    connection: 1,
    consumedBytes: 1,
    ends: false,
    first: 1,
    mssBytes: 1,
    change: { session: { kind: 'sending', at: 16_384, to: 70_000 }, sets: [['n', '2']] },
    output: bytesOf('00'),
  },
];

test('what is told once is the same after the trip through bytes', (t) => {
  for (const value of plain) t.deepEqual(parseBoardMessage(emitBoardMessage(value)), value);
});

test('no bytes make the parser throw', (t) => {
  const all = [...table.map(({ value }) => value), ...plain].map(emitBoardMessage);
  const property = fc.property(
    fc.constantFrom(...all),
    fc.nat(),
    fc.nat(255),
    fc.nat(),
    (whole, at, byte, cut) => {
      const bytes = whole.slice(0, 1 + (cut % whole.length));
      bytes[at % bytes.length] = byte;
      const value = parseBoardMessage(bytes);
      t.true(isMalformed(value) || typeof value === 'object');
    },
  );
  fc.assert(property, { ...propertyRuns(500), seed: 1 });
});
