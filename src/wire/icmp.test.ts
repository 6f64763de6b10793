import test from 'ava';
import fc from 'fast-check';
import { bytesOf } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { payload, uint8, uint16 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import {
  describeIcmp,
  emitIcmp,
  type Icmp,
  icmpType,
  icmpUnreachableCode,
  measureIcmp,
  parseIcmp,
} from './icmp.ts';

/** A UDP datagram's IP header and first 8 bytes: what RFC 792 quotes. */
const quotedHex = '45000021 00014000 40114e8f c0000201 c6336407 c0000035 000d0f90';
const quoted = bytesOf(quotedHex);
const known: readonly number[] = Object.values(icmpType).filter((t) => t !== icmpType.redirect);

const echoes = fc.record({
  kind: fc.constantFrom('echo-request' as const, 'echo-reply' as const),
  identifier: uint16,
  sequence: uint16,
  data: payload,
});
const errors = fc.oneof(
  fc.record({
    kind: fc.constant('destination-unreachable' as const),
    code: uint8,
    mtuBytes: uint16,
    quoted: payload,
  }),
  fc.record({ kind: fc.constant('time-exceeded' as const), code: uint8, quoted: payload }),
  fc.record({
    kind: fc.constant('parameter-problem' as const),
    code: uint8,
    pointer: uint8,
    quoted: payload,
  }),
);
const others = fc.record({
  kind: fc.constant('other' as const),
  type: uint8.filter((type) => !known.includes(type)),
  code: uint8,
  rest: fc.uint8Array({ minLength: 4, maxLength: 60 }),
});
const messages: fc.Arbitrary<Icmp> = fc.oneof(echoes, errors, others);

testFormat({
  parse: parseIcmp,
  emit: emitIcmp,
  describe: describeIcmp,
  table: [
    {
      name: 'an echo request',
      value: {
        kind: 'echo-request',
        identifier: 0x1234,
        sequence: 7,
        data: new TextEncoder().encode('ropewalk'),
      },
      hex: '08001f23 12340007 726f7065 77616c6b',
    },
    {
      name: 'an empty echo reply',
      value: { kind: 'echo-reply', identifier: 1, sequence: 2, data: new Uint8Array(0) },
      hex: '0000fffc 00010002',
    },
    {
      name: 'fragmentation needed for an MTU of 1400',
      value: {
        kind: 'destination-unreachable',
        code: icmpUnreachableCode.fragmentationNeeded,
        mtuBytes: 1_400,
        quoted,
      },
      hex: `030427b1 00000578 ${quotedHex}`,
    },
    {
      name: 'port unreachable',
      value: { kind: 'destination-unreachable', code: 3, mtuBytes: 0, quoted },
      hex: `03032d2a 00000000 ${quotedHex}`,
    },
    {
      name: 'TTL exceeded',
      value: { kind: 'time-exceeded', code: 0, quoted },
      hex: `0b00252d 00000000 ${quotedHex}`,
    },
    {
      name: 'a parameter problem with the TTL',
      value: { kind: 'parameter-problem', code: 0, pointer: 8, quoted },
      hex: `0c001c2d 08000000 ${quotedHex}`,
    },
    {
      name: 'a timestamp request, which nobody here answers',
      value: {
        kind: 'other',
        type: 13,
        code: 0,
        rest: bytesOf('00010002 00000003 00000000 00000000'),
      },
      hex: '0d00f2f9 00010002 00000003 00000000 00000000',
    },
  ],
  values: messages,
});

test('a wrong checksum is malformed', (t) => {
  const bytes = bytesOf('08001f24 12340007 726f7065 77616c6b');
  t.deepEqual(parseIcmp(bytes, 0, 16), { malformed: 'ICMP: checksum is wrong' });
});

test('a message is as long as was measured', (t) => {
  const room = new Uint8Array(200);
  const measured = fc.property(messages, (icmp) =>
    t.is(emitIcmp(room, 0, icmp), measureIcmp(icmp)),
  );
  fc.assert(measured, propertyRuns(100));
});

test('an MTU is told only where there is one', (t) => {
  const unreachable = { kind: 'destination-unreachable', code: 4, quoted } as const;
  t.is(describeIcmp({ ...unreachable, mtuBytes: 0 }), 'icmp destination-unreachable code 4');
  t.is(
    describeIcmp({ ...unreachable, mtuBytes: 1_400 }),
    'icmp destination-unreachable code 4 mtu 1400',
  );
});
