import test from 'ava';
import fc from 'fast-check';
import { type Endpoint, type Ip, parseIp } from '../base/address.ts';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { ipv4, ipv6, payload, uint16 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { isMalformed } from './malformed.ts';
import {
  describeStun,
  emitStun,
  findStunAttribute,
  measureStun,
  parseStun,
  type StunMessage,
  stunClasses,
} from './stun.ts';
import type { StunAttribute } from './stun-attribute.ts';

const transaction = bytesOf('b7e7a701 bc34d686 fa87dfae');
const at = (text: string, port: number): Endpoint => ({ address: parseIp(text)!, port });
const mapped = at('192.0.2.1', 32_853);
const mappedV6 = at('2001:db8:1234:5678:11:2233:4455:6677', 32_853);
const binding = { method: 1, transaction } as const;

const endpoint: fc.Arbitrary<Endpoint> = fc.record({
  address: fc.oneof<fc.Arbitrary<Ip>[]>(ipv4, ipv6),
  port: uint16,
});
const kind = fc.constantFrom(
  'mapped-address',
  'xor-mapped-address',
  'response-origin',
  'other-address',
);
const attribute: fc.Arbitrary<StunAttribute> = fc.oneof(
  fc.record({ kind, endpoint }),
  fc.record({ kind: fc.constant('change-request'), address: fc.boolean(), port: fc.boolean() }),
  fc.record({ kind: fc.constant('response-port'), port: uint16 }),
  fc.record({
    kind: fc.constant('error-code'),
    code: fc.integer({ min: 300, max: 699 }),
    reason: fc.string({ maxLength: 20 }),
  }),
  fc.record({ kind: fc.constant('unknown-attributes'), types: fc.array(uint16, { maxLength: 5 }) }),
  fc.record({
    kind: fc.constant('unknown'),
    type: fc.integer({ min: 0x8100, max: 0xffff }),
    value: payload,
  }),
);

testFormat<StunMessage>({
  parse: parseStun,
  emit: emitStun,
  describe: describeStun,
  table: [
    {
      name: 'the mapped address of RFC 5769 2.2',
      value: {
        ...binding,
        class: 'success',
        attributes: [{ kind: 'xor-mapped-address', endpoint: mapped }],
      },
      hex: '0101 000c 2112a442 b7e7a701bc34d686fa87dfae 0020 0008 0001 a147 e112a643',
    },
    {
      name: 'the mapped address of RFC 5769 2.3',
      value: {
        ...binding,
        class: 'success',
        attributes: [{ kind: 'xor-mapped-address', endpoint: mappedV6 }],
      },
      hex: `0101 0018 2112a442 b7e7a701bc34d686fa87dfae
            0020 0014 0002 a147 0113a9faa5d3f179bc25f4b5bed2b9d9`,
    },
    {
      name: 'a request for an answer from elsewhere (RFC 5780 7.2)',
      value: {
        ...binding,
        class: 'request',
        attributes: [{ kind: 'change-request', address: true, port: true }],
      },
      hex: '0001 0008 2112a442 b7e7a701bc34d686fa87dfae 0003 0004 00000006',
    },
    {
      name: 'an answer with its origin, the other address and the plain mapped one',
      value: {
        ...binding,
        class: 'success',
        attributes: [
          { kind: 'mapped-address', endpoint: mapped },
          { kind: 'response-origin', endpoint: at('192.0.2.7', 3_478) },
          { kind: 'other-address', endpoint: at('192.0.2.8', 3_479) },
        ],
      },
      hex: `0101 0024 2112a442 b7e7a701bc34d686fa87dfae
            0001 0008 0001 8055 c0000201
            802b 0008 0001 0d96 c0000207
            802c 0008 0001 0d97 c0000208`,
    },
    {
      name: 'a refusal of an attribute (RFC 8489 6.3.1)',
      value: {
        ...binding,
        class: 'error',
        attributes: [
          { kind: 'error-code', code: 420, reason: 'Hm' },
          { kind: 'unknown-attributes', types: [0x7001] },
        ],
      },
      hex: `0111 0014 2112a442 b7e7a701bc34d686fa87dfae
            0009 0006 0000 0414 486d 0000
            000a 0002 7001 0000`,
    },
    {
      name: 'a request for an answer to another port (RFC 5780 7.5)',
      value: {
        ...binding,
        class: 'request',
        attributes: [{ kind: 'response-port', port: 40_000 }],
      },
      hex: '0001 0008 2112a442 b7e7a701bc34d686fa87dfae 0027 0004 9c40 0000',
    },
    {
      name: 'an indication without attributes, of the method with all bits set',
      value: { class: 'indication', method: 0xfff, transaction, attributes: [] },
      hex: '3eff 0000 2112a442 b7e7a701bc34d686fa87dfae',
    },
  ],
  values: fc.record({
    class: fc.constantFrom(...stunClasses),
    method: fc.nat(0xfff),
    transaction: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    attributes: fc.array(attribute, { maxLength: 6 }),
  }),
});

/** RFC 5769 2.1, 2.2 and 2.3 whole; their padding is spaces, and ours zeros (RFC 8489 14). */
const vectors = [
  {
    name: '2.1',
    hex: `000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74
          002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020
          000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf`,
    pad: '59202020',
    zeros: '59000000',
    mapped: undefined,
  },
  {
    name: '2.2',
    hex: `0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220
          002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96`,
    pad: '746f7220',
    zeros: '746f7200',
    mapped,
  },
  {
    name: '2.3',
    hex: `010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220
          002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed41
          80280004c8fb0b4c`,
    pad: '746f7220',
    zeros: '746f7200',
    mapped: mappedV6,
  },
];

for (const { name, hex, pad, zeros, mapped } of vectors) {
  test(`the message of RFC 5769 ${name} is read whole, and written but for its padding`, (t) => {
    const wire = bytesOf(hex);
    const message = parseStun(wire, 0, wire.length);
    if (isMalformed(message)) return t.fail(message.malformed);
    t.deepEqual(findStunAttribute(message, 'xor-mapped-address')?.endpoint, mapped);
    const written = new Uint8Array(measureStun(message));
    emitStun(written, 0, message);
    t.is(hexOf(written), hexOf(wire).replace(pad, zeros));
  });
}

test('what is not STUN says why', (t) => {
  const good = bytesOf('0001 0000 2112a442 b7e7a701bc34d686fa87dfae');
  const reasonOf = (change: (bytes: Uint8Array) => void) => {
    const bytes = good.slice();
    change(bytes);
    const parsed = parseStun(bytes, 0, bytes.length);
    return isMalformed(parsed) ? parsed.malformed : 'parsed';
  };
  t.is(
    reasonOf((bytes) => (bytes[0] = 0x80)),
    'STUN: the first two bits are not zero',
  );
  t.is(
    reasonOf((bytes) => (bytes[4] = 0)),
    'STUN: no magic cookie',
  );
  t.is(
    reasonOf((bytes) => (bytes[3] = 4)),
    'STUN: length 4, 0 bytes there',
  );
  t.is(
    reasonOf(() => {}),
    'parsed',
  );
});
