import { isIPv4, isIPv6 } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import {
  anyIpv4,
  anyIpv6,
  broadcastIpv4,
  familyOf,
  formatEndpoint,
  formatIp,
  type Ip,
  type Ipv4,
  type Ipv6,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  isIpv4 as isV4,
  parseIp,
  parseIpv4,
  parseIpv6,
  readIpv4,
  readIpv6,
  writeIp,
} from './address.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { propertyRuns } from './property-runs.conformance.ts';

const ipOf = (text: string): Ip => {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`${text} is no address`);
  return ip;
};

const runs = propertyRuns(1_000);
const v4 = fc.nat(0xffff_ffff).map((value) => value as Ipv4);
const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
const v6 = groups.map((group) => String.fromCharCode(...group) as Ipv6);

/** The text that RFC 5952 asks for, after one that RFC 4291 allows. */
for (const [written, canonical] of [
  ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
  ['2001:DB8::ABCD', '2001:db8::abcd'],
  ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['1:0:0:0:0:0:0:0', '1::'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ['64:ff9b::198.51.100.7', '64:ff9b::c633:6407'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
] as const) {
  test(`${written} is written ${canonical}`, (t) => {
    t.is(formatIp(ipOf(written)), canonical);
  });
}

for (const text of [
  '',
  ':',
  ':::',
  '1',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '1::2::3',
  '12345::',
  'g::1',
  '::1.2.3',
  '::1.2.3.256',
  '1.2.3.4::',
  '1:2:3:4:5:6:7:1.2.3.4',
  '192.0.2',
  '192.0.2.256',
  '192.0.02.1',
  '192.0.2.1.',
  ' 192.0.2.1',
  '0x7f.0.0.1',
  '3221225985',
]) {
  test(`'${text}' is no address, and Node agrees`, (t) => {
    t.is(parseIp(text), undefined);
    t.false(isIPv4(text) || isIPv6(text));
  });
}

test('an address has no zone: an interface is named apart', (t) => {
  t.is(parseIp('fe80::1%eth0'), undefined);
});

test('every address reads back from its text, which Node takes too', (t) => {
  const roundTrips = fc.property(fc.oneof(v4, v6), (ip) => {
    const text = formatIp(ip);
    t.is(parseIp(text), ip);
    t.true(typeof ip === 'number' ? isIPv4(text) : isIPv6(text), text);
  });
  fc.assert(roundTrips, runs);
});

test('Node and we agree on what an address is, without zones', (t) => {
  const digits = fc.constantFrom('0', '1', '9', 'a', 'F', ':', '::', '.', '255', '00', 'ffff');
  const text = fc.array(digits, { maxLength: 16 }).map((parts) => parts.join(''));
  const valid = fc.oneof(fc.ipV4(), fc.ipV6(), text);
  const agrees = fc.property(valid, (some) => {
    t.is(parseIpv4(some) !== undefined, isIPv4(some), some);
    t.is(parseIpv6(some) !== undefined, isIPv6(some), some);
  });
  fc.assert(agrees, runs);
});

test('every address reads back from its bytes', (t) => {
  const room = new Uint8Array(20);
  fc.assert(
    fc.property(v4, v6, (four, six) => {
      writeIp(room, 1, four);
      t.is(readIpv4(room, 1), four);
      writeIp(room, 3, six);
      t.is(readIpv6(room, 3), six);
    }),
    runs,
  );
});

test('the bytes of an address are those of the wire', (t) => {
  const room = new Uint8Array(16);
  writeIp(room, 0, ipOf('2001:db8::ff01'));
  t.is(hexOf(room), '20010db800000000000000000000ff01');
  t.is(formatIp(readIpv4(bytesOf('c0000201'), 0)), '192.0.2.1');
});

test('multicast, link-local and unspecified addresses are told apart', (t) => {
  const kinds = (text: string) => {
    const ip = ipOf(text);
    return [isMulticast(ip), isLinkLocal(ip), isUnspecified(ip)];
  };
  t.deepEqual(kinds('224.0.0.1'), [true, false, false]);
  t.deepEqual(kinds('239.255.255.255'), [true, false, false]);
  t.deepEqual(kinds('240.0.0.0'), [false, false, false]);
  t.deepEqual(kinds('223.255.255.255'), [false, false, false]);
  t.deepEqual(kinds('ff02::1'), [true, false, false]);
  t.deepEqual(kinds('169.254.1.1'), [false, true, false]);
  t.deepEqual(kinds('169.253.255.255'), [false, false, false]);
  t.deepEqual(kinds('fe80::1'), [false, true, false]);
  t.deepEqual(kinds('febf::1'), [false, true, false]);
  t.deepEqual(kinds('fec0::1'), [false, false, false]);
  t.deepEqual(kinds('0.0.0.0'), [false, false, true]);
  t.deepEqual(kinds('::'), [false, false, true]);
});

test('constants are what their names say', (t) => {
  t.is(formatIp(anyIpv4), '0.0.0.0');
  t.is(formatIp(anyIpv6), '::');
  t.is(formatIp(broadcastIpv4), '255.255.255.255');
});

test('an address knows its family', (t) => {
  t.is(familyOf(ipOf('192.0.2.1')), 4);
  t.is(familyOf(ipOf('::1')), 6);
  t.true(isV4(ipOf('192.0.2.1')));
  t.false(isV4(ipOf('::ffff:192.0.2.1')));
});

test('an endpoint puts an IPv6 address into brackets', (t) => {
  t.is(formatEndpoint({ address: ipOf('192.0.2.1'), port: 53 }), '192.0.2.1:53');
  t.is(formatEndpoint({ address: ipOf('2001:db8::1'), port: 53 }), '[2001:db8::1]:53');
});
