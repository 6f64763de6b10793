import test from 'ava';
import fc from 'fast-check';
import { parseIpv4 } from '../base/address.ts';
import { bytesOf, hexOf } from '../base/bytes.ts';
import { uint8 } from './arbitraries.conformance.ts';
import { testFormat } from './format.conformance.ts';
import { isMalformed } from './malformed.ts';
import {
  describeRadius,
  emitRadius,
  parseRadius,
  type RadiusCode,
  type RadiusPacket,
  radiusCodes,
} from './radius.ts';
import {
  addressAttribute,
  numberAttribute,
  numberOf,
  radiusType,
  ropewalkType,
  ropewalkVendor,
  textAttribute,
  textOf,
  vendorAttribute,
  vendorTextsOf,
} from './radius-attribute.ts';
import {
  doubtAnswer,
  doubtDigestRequest,
  doubtMessageAuthenticator,
  signAnswer,
  signDigestRequest,
  signRequest,
} from './radius-signature.ts';

// RFC 2865 7.1: nemo asks for a telnet session; the secret is xyzzy5461.
const secret = 'xyzzy5461';
const requestHex = `01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a 01 06 6e 65 6d 6f 02 12
  0d be 70 8d 93 d4 13 ce 31 96 e4 3f 78 2a 0a ee 04 06 c0 a8 01 10 05 06 00 00 00 03`;
const acceptHex = `02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2
  06 06 00 00 00 01 0f 06 00 00 00 00 0e 06 c0 a8 01 03`;

const packet = fc.record<RadiusPacket>({
  code: fc.constantFrom(...(Object.keys(radiusCodes) as RadiusCode[])),
  identifier: uint8,
  authenticator: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  attributes: fc.array(fc.record({ type: uint8, value: fc.uint8Array({ maxLength: 60 }) }), {
    maxLength: 6,
  }),
});

testFormat<RadiusPacket>({
  parse: parseRadius,
  emit: emitRadius,
  describe: describeRadius,
  table: [
    {
      name: 'a user asks for access',
      value: {
        ...{ code: 'access-request', identifier: 0 },
        authenticator: bytesOf('0f403f9473978057bd83d5cb98f4227a'),
        attributes: [
          textAttribute(radiusType.userName, 'nemo'),
          { type: 2, value: bytesOf('0dbe708d93d413ce3196e43f782a0aee') },
          addressAttribute(radiusType.nasAddress, parseIpv4('192.168.1.16')!),
          numberAttribute(radiusType.nasPort, 3),
        ],
      },
      hex: requestHex,
    },
    {
      name: 'the server lets it in',
      value: {
        ...{ code: 'access-accept', identifier: 0 },
        authenticator: bytesOf('86fe220e7624ba2a1005f6bf9b55e0b2'),
        attributes: [
          numberAttribute(radiusType.serviceType, 1),
          numberAttribute(15, 0),
          addressAttribute(14, parseIpv4('192.168.1.3')!),
        ],
      },
      hex: acceptHex,
    },
  ],
  values: packet,
});

const read = (bytes: Uint8Array): RadiusPacket => {
  const parsed = parseRadius(bytes, 0, bytes.length);
  if (isMalformed(parsed)) throw new Error(parsed.malformed);
  return parsed;
};
const asked = bytesOf('0f403f9473978057bd83d5cb98f4227a');

test("the RFC's answer has a right authenticator, and none for another secret", (t) => {
  const accept = read(bytesOf(acceptHex));
  t.is(doubtAnswer(accept, asked, secret), 'no message-authenticator');
  t.is(doubtAnswer(accept, asked, 'xyzzy5462'), 'authenticator');
});

test('an answer without Message-Authenticator is not believed, an accounting response is', (t) => {
  const bare = (code: 'access-accept' | 'accounting-response') =>
    ({ code, identifier: 7, authenticator: asked, attributes: [] }) as const;
  const signed = read(signAnswer(bare('access-accept'), asked, secret));
  t.is(doubtAnswer(signed, asked, secret), undefined);
  t.is(numberOf(signed, radiusType.messageAuthenticator), undefined, 'it has 16 bytes');
  const damaged = { ...signed, attributes: [{ type: 80, value: new Uint8Array(16) }] };
  t.is(doubtAnswer(damaged, asked, secret), 'authenticator');
});

test('a request carries a Message-Authenticator that covers every byte of it', (t) => {
  const request = { ...read(bytesOf(requestHex)), identifier: 9 };
  const bytes = signRequest(request, secret);
  t.is(doubtMessageAuthenticator(read(bytes), request.authenticator, secret), undefined);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    const parsed = parseRadius(damaged, 0, damaged.length);
    if (isMalformed(parsed)) continue;
    t.not(doubtMessageAuthenticator(parsed, parsed.authenticator, secret), undefined, `byte ${at}`);
  }
});

test('a request of accounting, CoA and Disconnect is signed by a digest', (t) => {
  const request = { ...read(bytesOf(requestHex)), code: 'disconnect-request' } as const;
  const signed = read(signDigestRequest(request, secret));
  t.is(doubtDigestRequest(signed, secret), undefined);
  t.is(doubtDigestRequest(signed, 'another'), 'authenticator');
  t.is(doubtDigestRequest({ ...signed, identifier: 1 }, secret), 'authenticator');
});

test("a group is our vendor's attribute, and another vendor's is not", (t) => {
  const group = vendorAttribute(ropewalkType.multicastGroup, '239.1.1.1');
  t.is(hexOf(group.value), '0000ff98010b3233392e312e312e31');
  t.is(ropewalkVendor, 0xff98);
  const holding = (value: Uint8Array) => ({
    ...read(bytesOf(requestHex)),
    attributes: [{ type: 26, value }],
  });
  t.deepEqual(vendorTextsOf(holding(group.value), ropewalkType.multicastGroup), ['239.1.1.1']);
  t.deepEqual(vendorTextsOf(holding(group.value), ropewalkType.multicastSource), []);
  const foreign = group.value.slice();
  foreign[3] = 1;
  t.deepEqual(vendorTextsOf(holding(foreign), ropewalkType.multicastGroup), []);
});

test('attributes are read as what they are', (t) => {
  const request = read(bytesOf(requestHex));
  t.is(textOf(request, radiusType.userName), 'nemo');
  t.is(numberOf(request, radiusType.nasPort), 3);
  t.is(textOf(request, radiusType.callingStation), undefined);
});
