import test from 'ava';
import fc from 'fast-check';
import { formatIp, type Ip, type Ipv4, type Ipv6, parseIp } from './address.ts';
import {
  contains,
  formatPrefix,
  hostAt,
  maskIp,
  networkOf,
  parsePrefix,
  widthOf,
} from './prefix.ts';
import { propertyRuns } from './property-runs.conformance.ts';

const prefixOf = (text: string) => parsePrefix(text)!;
const ipOf = (text: string) => parseIp(text)!;

for (const [text, network] of [
  ['192.168.1.7/24', '192.168.1.0/24'],
  ['192.168.1.7/32', '192.168.1.7/32'],
  ['192.168.1.7/31', '192.168.1.6/31'],
  ['255.255.255.255/1', '128.0.0.0/1'],
  ['10.1.2.3/0', '0.0.0.0/0'],
  ['2001:db8:1:2:3:4:5:6/64', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:3:4:5:6/128', '2001:db8:1:2:3:4:5:6/128'],
  ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
  ['ffff:ffff::/4', 'f000::/4'],
  ['2001:db8::1/0', '::/0'],
] as const) {
  test(`the network of ${text} is ${network}`, (t) => {
    t.is(formatPrefix(networkOf(prefixOf(text))), network);
    t.is(formatPrefix(prefixOf(text)), text);
    t.true(contains(prefixOf(network), prefixOf(text).address));
  });
}

for (const text of [
  '192.168.1.0',
  '192.168.1.0/',
  '192.168.1.0/33',
  '192.168.1.0/-1',
  '192.168.1.0/2 4',
  '192.168.1.0/24/7',
  '192.168.1/24',
  '::/129',
  '/24',
]) {
  test(`'${text}' is no prefix`, (t) => {
    t.is(parsePrefix(text), undefined);
  });
}

test('a network holds its edges and nothing beyond them', (t) => {
  const v4 = prefixOf('10.0.4.0/22');
  t.true(contains(v4, ipOf('10.0.4.0')));
  t.true(contains(v4, ipOf('10.0.7.255')));
  t.false(contains(v4, ipOf('10.0.8.0')));
  t.false(contains(v4, ipOf('10.0.3.255')));
  const v6 = prefixOf('2001:db8:0:4::/62');
  t.true(contains(v6, ipOf('2001:db8:0:7:ffff:ffff:ffff:ffff')));
  t.false(contains(v6, ipOf('2001:db8:0:8::')));
});

test('no network holds an address of the other family', (t) => {
  t.false(contains(prefixOf('0.0.0.0/0'), ipOf('::')));
  t.false(contains(prefixOf('::/0'), ipOf('0.0.0.0')));
});

for (const [network, index, host] of [
  ['10.0.0.0/24', 1, '10.0.0.1'],
  ['10.0.0.9/24', 0, '10.0.0.0'],
  ['128.0.0.0/1', 0x7fff_ffff, '255.255.255.255'],
  ['2001:db8::/64', 1, '2001:db8::1'],
  ['2001:db8::/64', 65_536, '2001:db8::1:0'],
  ['2001:db8::/96', 0xffff_ffff, '2001:db8::ffff:ffff'],
  ['2001:db8::abcd:0/112', 0xffff, '2001:db8::abcd:ffff'],
] as const) {
  test(`host ${index} of ${network} is ${host}`, (t) => {
    t.is(formatIp(hostAt(prefixOf(network), index)), host);
  });
}

/** The same in another way: bits as a text. */
function bitsOf(ip: Ip): string {
  if (typeof ip === 'number') return ip.toString(2).padStart(32, '0');
  return [...Array(8).keys()].map((at) => ip.charCodeAt(at).toString(2).padStart(16, '0')).join('');
}

test('a mask keeps the first bits and clears the others', (t) => {
  const v4 = fc.nat(0xffff_ffff).map((value) => value as Ipv4);
  const v6 = fc
    .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
    .map((groups) => String.fromCharCode(...groups) as Ipv6);
  const masks = fc.property(fc.oneof(v4, v6), fc.nat(128), (ip, bits) => {
    const width = widthOf(ip);
    const length = bits % (width + 1);
    t.is(bitsOf(maskIp(ip, length)), bitsOf(ip).slice(0, length).padEnd(width, '0'));
  });
  fc.assert(masks, propertyRuns(500));
});
