import test from 'ava';
import fc from 'fast-check';
import {
  bytesOf,
  hexOf,
  readU16,
  readU32,
  readU48,
  readU64,
  writeU16,
  writeU32,
  writeU48,
  writeU64,
} from './bytes.ts';
import { propertyRuns } from './property-runs.conformance.ts';

const widths = [
  { bits: 16, read: readU16, write: writeU16, largest: 0xffff },
  { bits: 32, read: readU32, write: writeU32, largest: 0xffff_ffff },
  { bits: 48, read: readU48, write: writeU48, largest: 0xffff_ffff_ffff },
  { bits: 64, read: readU64, write: writeU64, largest: Number.MAX_SAFE_INTEGER },
];

for (const { bits, read, write, largest } of widths) {
  test(`${bits} bits are written big-endian, and only they`, (t) => {
    const room = new Uint8Array(bits / 8 + 2).fill(0xa5);
    write(room, 1, 0x0102);
    t.is(hexOf(room), `a5${'0102'.padStart(bits / 4, '0')}a5`);
  });
  test(`${bits} bits read back, the largest number among them`, (t) => {
    const room = new Uint8Array(16);
    write(room, 3, largest);
    t.is(read(room, 3), largest);
    const roundTrips = fc.property(fc.maxSafeNat(), (value) => {
      const fits = value <= largest ? value : value % (largest + 1);
      write(room, 3, fits);
      t.is(read(room, 3), fits);
    });
    fc.assert(roundTrips, propertyRuns(200));
  });
  test(`${bits} bits past the end are zeros`, (t) => {
    t.is(read(new Uint8Array(0), 0), 0);
  });
}

test('a number of 32 bits with its highest bit set is positive', (t) => {
  t.is(readU32(bytesOf('ffffffff'), 0), 4_294_967_295);
  t.is(readU64(bytesOf('00000001 80000000'), 0), 0x1_8000_0000);
});

test('hex may be laid out with white space', (t) => {
  t.deepEqual(bytesOf('01 02\n  0a0B'), Uint8Array.of(1, 2, 10, 11));
  t.is(hexOf(Uint8Array.of(0, 255)), '00ff');
});
