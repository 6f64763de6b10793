import test from 'ava';
import fc from 'fast-check';
import type { Ipv4 } from '../../src/base/address.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { addressOfKey, endpointKey, flowKey, keepRemote, portOfKey } from './nat-key.ts';

const address = fc.integer({ min: 0, max: 0xffff_ffff }) as fc.Arbitrary<Ipv4>;
const port = fc.integer({ min: 0, max: 65_535 });

test('an endpoint comes back out of its key', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(address, port, (host, number) => {
        const key = endpointKey(host, number);
        return addressOfKey(key) === host && portOfKey(key) === number;
      }),
      propertyRuns(500),
    ),
  );
});

test('flows of different protocols, addresses or ports never share a key', (t) => {
  const high = 0xffff_ffff as Ipv4;
  const keys = [1, 6, 17].flatMap((protocol) =>
    [0 as Ipv4, 1 as Ipv4, high].flatMap((host) =>
      [0, 1, 65_535].map((number) => flowKey(protocol, host, number)),
    ),
  );
  t.is(new Set(keys).size, keys.length);
  t.true(keys.every(Number.isSafeInteger));
});

test('each behaviour keeps of the remote endpoint what its name says', (t) => {
  const [a, b] = [0xc000_0201 as Ipv4, 0xc000_0202 as Ipv4];
  const remotes = [endpointKey(a, 1), endpointKey(a, 2), endpointKey(b, 1)];
  const kinds = (behaviour: Parameters<typeof keepRemote>[0]) =>
    new Set(remotes.map((remote) => keepRemote(behaviour, remote))).size;
  t.is(kinds('endpoint-independent'), 1);
  t.is(kinds('address-dependent'), 2);
  t.is(kinds('address-and-port-dependent'), 3);
});
