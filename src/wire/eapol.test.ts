import test from 'ava';
import fc from 'fast-check';
import { bytesOf } from '../base/bytes.ts';
import { uint8 } from './arbitraries.conformance.ts';
import { describeEapol, type Eapol, emitEapol, measureEapol, parseEapol } from './eapol.ts';
import { testFormat } from './format.conformance.ts';
import { isMalformed } from './malformed.ts';

const values: fc.Arbitrary<Eapol> = fc.oneof(
  fc.record({ kind: fc.constantFrom('start' as const, 'logoff' as const) }),
  fc.record({
    kind: fc.constantFrom('success' as const, 'failure' as const),
    identifier: uint8,
  }),
  fc.record({
    kind: fc.constantFrom('request' as const, 'response' as const),
    identifier: uint8,
    type: uint8,
    data: fc.uint8Array({ maxLength: 60 }),
  }),
);

// By hand from the drawings of IEEE 802.1X-2010 11.3 and RFC 3748 4.1, 5.1, 5.4.
testFormat<Eapol>({
  parse: parseEapol,
  emit: emitEapol,
  describe: describeEapol,
  table: [
    { name: 'somebody begins', value: { kind: 'start' }, hex: '02 01 00 00' },
    { name: 'somebody goes', value: { kind: 'logoff' }, hex: '02 02 00 00' },
    {
      name: 'who is there?',
      value: { kind: 'request', identifier: 7, type: 1, data: new Uint8Array(0) },
      hex: '02 00 00 05 01 07 00 05 01',
    },
    {
      name: 'bob is',
      value: { kind: 'response', identifier: 7, type: 1, data: bytesOf('62 6f 62') },
      hex: '02 00 00 08 02 07 00 08 01 62 6f 62',
    },
    {
      name: 'a challenge of MD5',
      value: { kind: 'request', identifier: 8, type: 4, data: bytesOf('02 aa bb') },
      hex: '02 00 00 08 01 08 00 08 04 02 aa bb',
    },
    { name: 'in', value: { kind: 'success', identifier: 8 }, hex: '02 00 00 04 03 08 00 04' },
    { name: 'out', value: { kind: 'failure', identifier: 9 }, hex: '02 00 00 04 04 09 00 04' },
  ],
  values,
});

test('a packet is as long as it was measured', (t) => {
  const isMeasured = (value: Eapol) =>
    emitEapol(new Uint8Array(100), 0, value) === measureEapol(value);
  t.notThrows(() => fc.assert(fc.property(values, isMeasured), { seed: 1, numRuns: 100 }));
});

test('padding behind a short frame is nothing', (t) => {
  t.deepEqual(parseEapol(bytesOf('02 01 00 00 00 00 00 00'), 0, 8), { kind: 'start' });
});

test('a request without a type, an unknown code and an unknown type are malformed', (t) => {
  for (const hex of ['02 00 00 04 01 07 00 04', '02 00 00 04 05 07 00 04', '02 03 00 00']) {
    const bytes = bytesOf(hex);
    t.true(isMalformed(parseEapol(bytes, 0, bytes.length)), hex);
  }
});
