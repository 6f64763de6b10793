import test from 'ava';
import fc from 'fast-check';
import type { Ip, Ipv6 } from '../../base/address.ts';
import { propertyRuns } from '../../base/property-runs.conformance.ts';
import { emitMessage, readMessage } from './messages.ts';

const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 });
const addresses = fc.oneof(
  fc.nat(0xffff_ffff).map((number) => number as Ip),
  groups.map((group) => String.fromCharCode(...group) as Ipv6),
);

test('a message reads back, whatever its addresses, and so do the bytes behind it', (t) => {
  const readsBack = fc.property(addresses, fc.uint8Array({ maxLength: 100 }), (address, behind) => {
    const message = { kind: 'find-neighbour', interface: 'wifi', address } as const;
    t.deepEqual(readMessage(emitMessage(message, behind)), { message, behind });
  });
  fc.assert(readsBack, propertyRuns(500));
});

test('a message without anything behind it reads back as such', (t) => {
  const { behind } = readMessage(emitMessage({ kind: 'enter' }));
  t.is(behind.length, 0);
});
