import test from 'ava';
import { type Ip, parseIp } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Mac } from '../base/mac.ts';
import { parsePrefix } from '../base/prefix.ts';
import type { InterfaceInfo } from '../host/host.ts';
import { firstLinkOf, sourceFor } from './first-link.ts';

const ip = (text: string): Ip => parseIp(text)!;

function linkWith(...texts: readonly string[]): InterfaceInfo {
  const addresses = texts.map((text) => parsePrefix(text)!);
  return { name: 'drop', index: 1, mac: 1 as Mac, mtuBytes: 1_500, up: true, addresses };
}

function nodeWith(...links: readonly InterfaceInfo[]): Parameters<typeof firstLinkOf>[0] {
  const interfaces = {
    list: () => links,
    onChange: () => ({ close() {} }),
    gatewayOf: () => undefined,
  };
  return { node: 'tv', interfaces };
}

test('a program speaks by the first link of its node', (t) => {
  const [first, second] = [linkWith('192.0.2.1/24'), linkWith('192.0.2.2/24')];
  t.is(firstLinkOf(nodeWith(first, second)), first);
});

test('a loopback is no link', (t) => {
  const [loopback, first] = [linkWith('127.0.0.1/8'), linkWith('192.0.2.1/24')];
  t.is(firstLinkOf(nodeWith({ ...loopback, mac: 0 as Mac }, first)), first);
});

test('a node without a link is named', (t) => {
  const { code, message } = t.throws(() => firstLinkOf(nodeWith()), { instanceOf: FaultError })!;
  t.deepEqual([code, message], ['no-link', 'tv has no link to speak by']);
});

test('what is sent to a group has an address of its family, known beyond the link if there is one', (t) => {
  const link = linkWith('fe80::1/64', '192.0.2.1/24', '2001:db8::1/64');
  t.is(sourceFor(ip('239.1.1.1'), link), ip('192.0.2.1'));
  t.is(sourceFor(ip('ff15::1'), link), ip('2001:db8::1'));
  t.is(sourceFor(ip('ff15::1'), linkWith('fe80::1/64')), ip('fe80::1'));
});

test('a link without such an address is named', (t) => {
  const { code, message } = t.throws(() => sourceFor(ip('ff15::1'), linkWith('192.0.2.1/24')), {
    instanceOf: FaultError,
  })!;
  t.is(code, 'no-source-address');
  t.is(message, 'drop has no address of IPv6 to send to ff15::1 from');
});
