import test from 'ava';
import { readU16, writeU16 } from '../base/bytes.ts';
import { completeChecksum } from './complete-checksum.ts';

const cases = [
  // RFC 1071 3: these words sum up to ddf2.
  { what: 'a sum is complemented', words: [0x0001, 0xf203, 0xf4f5, 0xf6f7], field: 0x220d },
  {
    what: 'of UDP, none is written as all ones (RFC 768)',
    words: [0xffff, 0, 0, 0],
    field: 0xffff,
  },
];

for (const { what, words, field } of cases) {
  test(what, (t) => {
    const bytes = new Uint8Array(10);
    for (const [at, word] of words.entries()) writeU16(bytes, 2 + 2 * at, word);
    const checksumOffset = 6;
    completeChecksum(bytes, { checksumStart: 2, checksumOffset });
    t.is(readU16(bytes, 2 + checksumOffset), field);
  });
}

test('of TCP, zero is a sum like any other', (t) => {
  const bytes = new Uint8Array(20);
  writeU16(bytes, 0, 0xffff);
  completeChecksum(bytes, { checksumStart: 0, checksumOffset: 16 });
  t.is(readU16(bytes, 16), 0);
});
