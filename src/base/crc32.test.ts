import { crc32 as libraryCrc32 } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { crc32 } from './crc32.ts';
import { propertyRuns } from './property-runs.conformance.ts';

test('the check value of CRC-32 is cbf43926', (t) => {
  const bytes = new TextEncoder().encode('123456789');
  t.is(crc32(bytes, 0, bytes.length), 0xcbf4_3926);
});

test('nothing sums to zero', (t) => {
  t.is(crc32(new Uint8Array(4), 2, 2), 0);
});

test('it agrees with zlib on any bytes and any part of them', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, skip) => {
      const at = Math.min(skip, bytes.length);
      t.is(crc32(bytes, at, bytes.length), libraryCrc32(bytes.subarray(at)));
    }),
    propertyRuns(300),
  );
});
