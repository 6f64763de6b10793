import test from 'ava';
import fc from 'fast-check';
import { bytesOf, readU16, writeU16 } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { foldChecksum, pseudoHeaderSum, sumWords, updateChecksum } from './checksum.ts';

test('the example of RFC 1071 3 sums to ddf2', (t) => {
  const bytes = bytesOf('0001 f203 f4f5 f6f7');
  t.is(sumWords(bytes, 0, 8), 0x2_ddf0);
  t.is(foldChecksum(sumWords(bytes, 0, 8)), ~0xddf2 & 0xffff);
});

test('an odd last byte is the high half of a word', (t) => {
  t.is(sumWords(bytesOf('0102 03ff'), 0, 3), 0x0102 + 0x0300);
});

test('words are counted from where the sum starts, on odd offsets too', (t) => {
  t.is(sumWords(bytesOf('ff 0102 0304 ff'), 1, 5), 0x0102 + 0x0304);
});

test('every length sums to its big-endian words', (t) => {
  for (let length = 0; length < 40; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 29 + 200);
    const padded = Buffer.concat([bytes, Buffer.alloc(1)]);
    let expected = 1_000;
    for (let at = 0; at < length; at += 2) expected += padded.readUInt16BE(at);
    t.is(sumWords(bytes, 0, length, 1_000), expected, `${length} bytes`);
  }
});

test('a long message sums to the same wherever it stands in memory', (t) => {
  for (let length = 186; length < 210; length++) {
    for (let at = 0; at < 5; at++) {
      const bytes = Uint8Array.from({ length: at + length }, (_, each) => each * 29 + 200);
      const padded = Buffer.concat([bytes, Buffer.alloc(1)]);
      let expected = 1_000;
      for (let each = at; each < at + length; each += 2) expected += padded.readUInt16BE(each);
      const sum = sumWords(bytes, at, at + length, 1_000);
      t.is(foldChecksum(sum), foldChecksum(expected), `${length} bytes at ${at}`);
    }
  }
});

test('the example of RFC 1624 4 gives 0000, where the older equation gave ffff', (t) => {
  t.is(updateChecksum(0xdd2f, 0x5555, 0x3285), 0);
});

test('a packet of 65535 bytes of ones folds without loss', (t) => {
  const bytes = new Uint8Array(65_535).fill(0xff);
  // One's-complement: any number of ffff words is ffff; with the padded tail ff00 that makes ff00.
  t.is(foldChecksum(sumWords(bytes, 0, 65_535)), ~0xff00 & 0xffff);
});

test('an incremental update equals a new sum, whatever the word and its new value', (t) => {
  const packet = fc.uint8Array({ minLength: 4, maxLength: 60 }).filter((b) => b.some((x) => x > 0));
  const change = fc.record({
    packet,
    word: fc.nat(29),
    value: fc.integer({ min: 1, max: 0xffff }),
  });
  fc.assert(
    fc.property(change, ({ packet, word, value }) => {
      const at = (word * 2) % (packet.length - (packet.length % 2));
      const before = foldChecksum(sumWords(packet, 0, packet.length));
      const updated = updateChecksum(before, readU16(packet, at), value);
      writeU16(packet, at, value);
      t.is(updated, foldChecksum(sumWords(packet, 0, packet.length)));
    }),
    propertyRuns(500),
  );
});

test('a changed byte shows in the checksum', (t) => {
  const bytes = bytesOf('0001 f203 f4f5 f6f7 220d');
  t.is(foldChecksum(sumWords(bytes, 0, 10)), 0);
  bytes[3]! ^= 1;
  t.not(foldChecksum(sumWords(bytes, 0, 10)), 0);
});

test('the pseudo-header takes both addresses of either family', (t) => {
  const v4 = bytesOf('45000000 00000000 40110000 c0000201 c6336407');
  t.is(pseudoHeaderSum(v4, 0, 17, 8), 0xc000 + 0x0201 + 0xc633 + 0x6407 + 17 + 8);
  const v6 = bytesOf(`60000000 00083a40 20010db8${'00'.repeat(11)}01 fe80${'00'.repeat(13)}02`);
  t.is(pseudoHeaderSum(v6, 0, 58, 8), 0x2001 + 0x0db8 + 1 + 0xfe80 + 2 + 58 + 8);
});
