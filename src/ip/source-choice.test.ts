import test from 'ava';
import { formatIp } from '../base/address.ts';
import { destinationOf } from './destinations.ts';
import { addRoute } from './routes.ts';
import { chooseSource } from './source-choice.ts';
import { addNode, createTestNet, ip, prefix } from './testing-wire.ts';

const cases: readonly [string, string, string][] = [
  ['in the network of the destination', '10.2.0.9', '10.2.0.1'],
  ['in the network of the gateway', '192.0.2.1', '10.1.0.1'],
  ['the longest matching prefix', '2001:db8:2::9', '2001:db8:2::1'],
  ['the longest matching prefix, behind a gateway', '2001:db8:2:5::9', '2001:db8:2::1'],
  ['of the same scope', 'fe80::9', 'fe80::ff:fe00:100'],
  ['of the same scope, for a group of the link', 'ff02::9', 'fe80::ff:fe00:100'],
  ['global for a wider group', 'ff0e::9', '2001:db8:2::1'],
];

for (const [title, destination, expected] of cases) {
  test(`${title}: ${destination} is reached from ${expected}`, (t) => {
    const { machine } = addNode(createTestNet(), 'node', {
      addresses: ['10.1.0.1/24 10.2.0.1/24 2001:db8:2::1/64 2001:db8:1::1/64'],
      routes: ['0.0.0.0/0 by 0 via 10.1.0.254', '::/0 by 0 via fe80::1'],
    });
    const way = destinationOf(machine, ip(destination), undefined);
    t.is(formatIp(chooseSource(machine, way)!), expected);
  });
}

test('an interface without an address borrows one', (t) => {
  const { machine } = addNode(createTestNet(), 'node', { addresses: ['', '10.1.0.1/24'] });
  addRoute(machine, { prefix: prefix('0.0.0.0/0'), interfaceIndex: 0, metric: 0 });
  const way = destinationOf(machine, ip('192.0.2.1'), undefined);
  t.is(chooseSource(machine, way), ip('10.1.0.1'));
  const v6 = destinationOf(machine, ip('2001:db8::1'), undefined);
  t.is(chooseSource(machine, v6), undefined);
});
