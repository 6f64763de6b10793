import { parseIp } from '../base/address.ts';
import { formatMac, parseMac } from '../base/mac.ts';
import {
  addGroupEntry,
  addStation,
  listGroupEntries,
  listStations,
  removeGroupEntry,
  removeStation,
} from './bridge-entries.ts';
import { changeLink, createLink, createVethPair } from './link.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { RouteSocket } from './route-socket.ts';
import { linkOf, labTest as test } from './testing-lab.ts';

function bridgeWithPort(namespace: NetworkNamespace) {
  const socket = runInNamespace(namespace, () => new RouteSocket());
  socket.apply([
    createLink('bridge', { name: 'bridge' }),
    createVethPair({ name: 'port' }, { name: 'far' }),
    ...['bridge', 'port', 'far'].map((name) => changeLink(name, { up: true })),
  ]);
  const bridgeIndex = linkOf(socket, 'bridge')!.index;
  const portIndex = linkOf(socket, 'port')!.index;
  socket.apply([changeLink('port', { master: bridgeIndex })]);
  return { socket, bridgeIndex, portIndex };
}

test('a port is given groups of both families, of any source and of one, and they are taken back', (t) => {
  using namespace = NetworkNamespace.create();
  const { socket, bridgeIndex, portIndex } = bridgeWithPort(namespace);
  using _ = socket;
  const entries = [
    { portIndex, group: parseIp('239.1.1.1')!, source: 'any' as const },
    { portIndex, group: parseIp('239.1.1.2')!, source: parseIp('192.0.2.9')! },
    { portIndex, group: parseIp('ff15::1')!, source: 'any' as const },
    { portIndex, group: parseIp('ff15::2')!, source: parseIp('2001:db8::9')! },
  ];
  for (const entry of entries) socket.apply([addGroupEntry(bridgeIndex, entry)]);
  // The far end speaks MLD of its own, and the bridge takes that in as well.
  const stands = () =>
    entries.filter((entry) =>
      listGroupEntries(socket, bridgeIndex).some((one) => isSame(one, entry)),
    );
  t.deepEqual(stands(), entries);
  for (const entry of entries) socket.apply([removeGroupEntry(bridgeIndex, entry)]);
  t.deepEqual(stands(), []);
});

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

test('a station is static on a port until it is removed', (t) => {
  using namespace = NetworkNamespace.create();
  const { socket, portIndex } = bridgeWithPort(namespace);
  using _ = socket;
  const mac = parseMac('02:00:00:00:00:07')!;
  socket.apply([addStation(portIndex, mac)]);
  t.true(listStations(socket, portIndex).map(formatMac).includes('02:00:00:00:00:07'));
  socket.apply([removeStation(portIndex, mac)]);
  t.false(listStations(socket, portIndex).includes(mac));
});
