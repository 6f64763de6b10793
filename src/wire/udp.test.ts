import test from 'ava';
import fc from 'fast-check';
import { bytesOf, readU16, writeU16 } from '../base/bytes.ts';
import { uint16 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import type { Malformed } from './malformed.ts';
import {
  describeUdp,
  emitUdp,
  parseUdp,
  type UdpHeader,
  udpChecksum,
  udpOffset,
  verifyUdpChecksum,
} from './udp.ts';

/** A header stands alone here, so its payload is let be as long as it says. */
function parseAlone(bytes: Uint8Array, at: number, end: number): UdpHeader | Malformed {
  const whole = new Uint8Array(at + 65_535);
  whole.set(bytes.subarray(0, end));
  return parseUdp(whole, at, end - at < 8 ? end : whole.length);
}

testFormat({
  parse: parseAlone,
  emit: emitUdp,
  describe: describeUdp,
  table: [
    {
      name: 'five bytes to port 53',
      value: { sourcePort: 49_152, destinationPort: 53, length: 13, checksum: 0x0f90 },
      hex: 'c000 0035 000d 0f90',
    },
    {
      name: 'nothing, without a checksum',
      value: { sourcePort: 0, destinationPort: 0xffff, length: 8, checksum: 0 },
      hex: '0000 ffff 0008 0000',
    },
  ],
  values: fc.record({
    sourcePort: uint16,
    destinationPort: uint16,
    length: fc.integer({ min: 8, max: 0xffff }),
    checksum: uint16,
  }),
});

for (const length of [0, 7, 9]) {
  test(`a length of ${length} in 8 bytes is malformed`, (t) => {
    const bytes = bytesOf(`${'00'.repeat(34)} c0000035 000${length} 0000 ffff`);
    t.deepEqual(parseUdp(bytes, 34, 42), { malformed: `UDP: length ${length}, 8 bytes there` });
  });
}

test('padding of the link behind the datagram is no error', (t) => {
  t.like(parseUdp(bytesOf('c0000035 00080000 0000'), 0, 10), { length: 8 });
});

/** Made by another implementation. */
const overV4 = `45000021 00010000 40118e8f c0000201 c6336407 c0000035 000d0f90 68656c6c6f`;
const overV6 = `60000000 000d1140 20010db8 00000000 00000000 00000001
  20010db8 00000000 00000000 00000002 c0000035 000da057 68656c6c6f`;

for (const [family, hex, udpAt, checksum] of [
  ['IPv4', overV4, 20, 0x0f90],
  ['IPv6', overV6, 40, 0xa057],
] as const) {
  test(`over ${family} the checksum covers addresses, header and an odd payload`, (t) => {
    const bytes = bytesOf(hex);
    t.true(verifyUdpChecksum(bytes, 0, udpAt, bytes.length));
    bytes[udpAt + udpOffset.checksum] = 0xa5;
    t.is(udpChecksum(bytes, 0, udpAt, bytes.length), checksum);
  });
  test(`over ${family} any one changed bit is found`, (t) => {
    const addressesAt = family === 'IPv4' ? 12 : 8;
    for (let at = addressesAt; at < bytesOf(hex).length; at++) {
      const bytes = bytesOf(hex);
      bytes[at]! ^= 0x10;
      t.false(verifyUdpChecksum(bytes, 0, udpAt, bytes.length), `byte ${at}`);
    }
  });
}

test('no checksum is right over IPv4 and wrong over IPv6', (t) => {
  const v4 = bytesOf(overV4);
  const v6 = bytesOf(overV6);
  writeU16(v4, 20 + udpOffset.checksum, 0);
  writeU16(v6, 40 + udpOffset.checksum, 0);
  t.true(verifyUdpChecksum(v4, 0, 20, v4.length));
  t.false(verifyUdpChecksum(v6, 0, 40, v6.length));
});

test('a checksum that comes out as zero is sent as all ones, and verifies', (t) => {
  const bytes = bytesOf(overV4.replace('68656c6c6f', '00000000 00'));
  // What the payload must add for the sum to be all ones is the checksum over a payload of zeros.
  writeU16(bytes, 28, udpChecksum(bytes, 0, 20, bytes.length));
  t.is(udpChecksum(bytes, 0, 20, bytes.length), 0xffff);
  writeU16(bytes, 26, 0xffff);
  t.true(verifyUdpChecksum(bytes, 0, 20, bytes.length));
  t.not(readU16(bytes, 28), 0);
});
