import { formatIp, parseIp } from '../base/address.ts';
import { formatMac, parseMac } from '../base/mac.ts';
import { formatPrefix, parsePrefix } from '../base/prefix.ts';
import { waitReadable } from './descriptor.ts';
import {
  changeLink,
  createLink,
  createVethPair,
  listLinks,
  nameLinkAlso,
  readLink,
  removeLink,
} from './link.ts';
import { addAddress, listAddresses, readAddress, removeAddress } from './link-address.ts';
import { addNeighbour, listNeighbours, removeNeighbour } from './neighbour.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { addRoute, findRoute, listRoutes, removeRoute } from './route.ts';
import { RouteSocket, routeGroup } from './route-socket.ts';
import { SystemCallError } from './system-call.ts';
import { linkOf, TestCable, labTest as test, waitFor } from './testing-lab.ts';

const macOf = (text: string) => parseMac(text)!;
const prefixOf = (text: string) => parsePrefix(text)!;
const ipOf = (text: string) => parseIp(text)!;

function routeSocketIn(namespace: NetworkNamespace, groups = 0): RouteSocket {
  return runInNamespace(namespace, () => new RouteSocket(groups));
}

test('a veth pair has the names, addresses, MTU and places that were asked for', (t) => {
  using one = NetworkNamespace.create();
  using other = NetworkNamespace.create();
  using socket = routeSocketIn(one);
  using far = routeSocketIn(other);
  const near = { name: 'near', mtuBytes: 1_400, mac: macOf('02:00:00:00:00:01') };
  const peer = { name: 'far', mtuBytes: 1_300, namespaceFd: other.fd };
  socket.apply([createVethPair(near, peer)]);
  const made = listLinks(socket).find(({ name }) => name === 'near')!;
  t.like(made, { mtuBytes: 1_400, isEnabled: false, isRunning: false, kind: 'veth' });
  t.is(formatMac(made.mac), '02:00:00:00:00:01');
  t.is(listLinks(far).find(({ name }) => name === 'far')!.mtuBytes, 1_300);
});

test('a link runs when both ends are up, and moves to another namespace', (t) => {
  using one = NetworkNamespace.create();
  using other = NetworkNamespace.create();
  using socket = routeSocketIn(one);
  using events = routeSocketIn(one, routeGroup.links);
  using far = routeSocketIn(other);
  const state = (name: string) => linkOf(socket, name);
  socket.apply([createVethPair({ name: 'a' }, { name: 'b' }), changeLink('a', { up: true })]);
  t.like(state('a'), { isEnabled: true, isRunning: false });
  socket.apply([changeLink('b', { up: true })]);
  waitFor(events, () => state('a')!.isRunning);
  socket.apply([changeLink(state('b')!.index, { namespaceFd: other.fd })]);
  t.is(state('b'), undefined);
  t.truthy(linkOf(far, 'b'));
  socket.apply([removeLink('a')]);
  t.is(state('a'), undefined);
});

test('a link is found by another name, longer than its own may be', (t) => {
  using one = NetworkNamespace.create();
  using socket = routeSocketIn(one);
  socket.apply([createVethPair({ name: 'a' }, { name: 'b' })]);
  const longName = 'a-name-of-more-than-fifteen-letters[7]';
  socket.apply([nameLinkAlso(linkOf(socket, 'a')!.index, longName)]);
  socket.apply([changeLink(longName, { mtuBytes: 1_234 })]);
  t.is(linkOf(socket, 'a')!.mtuBytes, 1_234);
});

test('two hundred links and their addresses go in few calls', (t) => {
  using one = NetworkNamespace.create();
  using socket = routeSocketIn(one);
  const names = Array.from({ length: 200 }, (_, index) => `d${index}`);
  socket.apply(names.map((name) => createLink('ifb', { name, up: true })));
  const links = listLinks(socket).filter(({ kind }) => kind === 'ifb');
  t.is(links.length, 200);
  const wanted = links.map(({ index }, at) => addAddress(index, prefixOf(`10.0.${at}.1/24`)));
  socket.apply(wanted);
  const ipv4 = listAddresses(socket).filter(({ prefix }) => prefix.length === 24);
  t.is(new Set(ipv4.map(({ prefix }) => formatPrefix(prefix))).size, 200);
});

test('what the kernel refuses says what it was, with the errno and the reason', (t) => {
  using one = NetworkNamespace.create();
  using socket = routeSocketIn(one);
  socket.apply([createLink('ifb', { name: 'd' })]);
  const again = () => socket.apply([createLink('ifb', { name: 'd' })]);
  const error = t.throws(again, { instanceOf: SystemCallError })!;
  t.is(error.message, 'netlink(create ifb d) failed: file already exists (EEXIST)');
  const unknown = () => socket.apply([createLink('no-such-kind', { name: 'e' })]);
  t.regex(t.throws(unknown)!.message, /Unknown device type.*\((EOPNOTSUPP|ENOTSUP)\)/);
});

test('addresses, routes and neighbours come and go, over both families', (t) => {
  using cable = new TestCable();
  using socket = routeSocketIn(cable.left);
  const linkIndex = linkOf(socket, 'cable')!.index;
  const prefixes = () => listAddresses(socket).map(({ prefix }) => formatPrefix(prefix));
  for (const [address, inner, gateway] of [
    ['10.1.0.1/24', '10.2.0.0/16', '10.1.0.9'],
    ['2001:db8:9::1/64', '2001:db8:a::/48', '2001:db8:9::9'],
  ] as const) {
    socket.apply([addAddress(linkIndex, prefixOf(address))]);
    t.true(prefixes().includes(address));
    const route = { destination: prefixOf(inner), linkIndex, gateway: ipOf(gateway), metric: 7 };
    socket.apply([addRoute(route)]);
    const found = listRoutes(socket).find(({ destination }) => formatPrefix(destination) === inner);
    t.deepEqual(found, route);
    t.is(findRoute(socket, route.destination.address)!.gateway, route.gateway);
    const mac = macOf('02:00:00:00:00:09');
    socket.apply([addNeighbour(linkIndex, route.gateway, mac)]);
    const known = () => listNeighbours(socket).filter((one) => one.address === route.gateway);
    t.like(known(), [{ mac, state: 'permanent', linkIndex }]);
    socket.apply([removeNeighbour(linkIndex, route.gateway), removeRoute(route)]);
    t.deepEqual(
      known().filter(({ state }) => state === 'permanent'),
      [],
    );
    t.is(findRoute(socket, route.destination.address), undefined);
    socket.apply([removeAddress(linkIndex, prefixOf(address))]);
    t.false(prefixes().includes(address));
  }
});

test('a socket with groups hears of links and addresses, and nothing before it was opened', (t) => {
  using cable = new TestCable();
  using events = routeSocketIn(cable.right, routeGroup.links | routeGroup.ipv4Addresses);
  using left = routeSocketIn(cable.left);
  using right = routeSocketIn(cable.right);
  t.deepEqual(events.drain(), { messages: [], lost: false });
  right.apply([addAddress(cable.indexOn('right'), prefixOf('10.1.0.1/24'))]);
  t.true(waitReadable(events.fd, 5_000));
  const added = events.drain().messages.map(readAddress);
  t.deepEqual(
    added.map((one) => one && formatIp(one.prefix.address)),
    ['10.1.0.1'],
  );
  left.apply([changeLink('cable', { up: false })]);
  const running = () => events.drain().messages.map((message) => readLink(message)?.isRunning);
  while (!running().includes(false)) t.true(waitReadable(events.fd, 5_000));
});
