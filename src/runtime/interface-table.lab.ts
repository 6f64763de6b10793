import { parseIp } from '../base/address.ts';
import { formatPrefix, parsePrefix } from '../base/prefix.ts';
import type { InterfaceInfo } from '../host/host.ts';
import { changeLink, createLink, removeLink } from '../linux/link.ts';
import { addAddress, removeAddress } from '../linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../linux/network-namespace.ts';
import { RouteSocket, routeGroup } from '../linux/route-socket.ts';
import { TestCable, labTest as test } from '../linux/testing-lab.ts';
import { InterfaceTable } from './interface-table.ts';
import { KernelLoop } from './kernel-loop.ts';

const added = parsePrefix('10.7.0.1/24')!;

async function until(loop: KernelLoop, condition: () => boolean): Promise<void> {
  while (!condition()) await loop.nextTurn();
}

test('an address that comes and goes is told once each, and is known before it is told', async (t) => {
  await using loop = new KernelLoop();
  using cable = new TestCable();
  using socket = cable.socketOn('left');
  using table = runInNamespace(cable.left, () => new InterfaceTable(loop));
  const seen: InterfaceInfo[] = [];
  table.onChange((changed) => seen.push(changed));
  const linkIndex = cable.indexOn('left');
  const has = ({ addresses }: InterfaceInfo) =>
    addresses.some((own) => own.address === added.address);
  socket.apply([addAddress(linkIndex, added)]);
  t.true(table.owns(added.address));
  t.true(has(table.find('cable')!));
  t.deepEqual(seen, [], 'told inside a call');
  await until(loop, () => seen.some(has));
  socket.apply([removeAddress(linkIndex, added)]);
  t.false(table.owns(added.address));
  await until(loop, () => seen.length > 1 && !has(seen.at(-1)!));
  const ofAddress = seen.map(has);
  t.is(ofAddress.indexOf(true), ofAddress.lastIndexOf(true));
});

test('a link that is new is told, and one that is removed is told as down and is gone', async (t) => {
  await using loop = new KernelLoop();
  using namespace = NetworkNamespace.create();
  using socket = runInNamespace(namespace, () => new RouteSocket());
  using table = runInNamespace(namespace, () => new InterfaceTable(loop));
  const seen: InterfaceInfo[] = [];
  table.onChange((changed) => seen.push(changed));
  socket.apply([createLink('ifb', { name: 'x', up: true })]);
  await until(loop, () => seen.some(({ name, up }) => name === 'x' && up));
  socket.apply([removeLink('x')]);
  t.is(table.find('x'), undefined);
  await until(loop, () => seen.at(-1)!.up === false);
  t.like(seen.at(-1), { name: 'x', up: false, addresses: [] });
});

test('where more happens than the socket can hold, all is read again', async (t) => {
  await using loop = new KernelLoop();
  using namespace = NetworkNamespace.create();
  using socket = runInNamespace(namespace, () => new RouteSocket());
  using overrun = runInNamespace(namespace, () => new RouteSocket(routeGroup.links));
  using table = runInNamespace(namespace, () => new InterfaceTable(loop));
  socket.apply([createLink('ifb', { name: 'x', up: true }), changeLink('lo', { up: true })]);
  const linkIndex = table.find('x')!.index;
  for (let round = 0; round < 20; round++) {
    const mtus = Array.from({ length: 64 }, (_, n) => changeLink('x', { mtuBytes: 1_000 + n }));
    socket.apply(mtus);
  }
  socket.apply([addAddress(linkIndex, added), changeLink('x', { mtuBytes: 1_234 })]);
  t.true(overrun.drain().lost);
  t.is(table.find('x')!.mtuBytes, 1_234);
  t.deepEqual(
    table
      .find('x')!
      .addresses.filter(({ length }) => length === 24)
      .map(formatPrefix),
    ['10.7.0.1/24'],
  );
});

test('which way is down is known of the link that the route takes, and of no other', async (t) => {
  await using loop = new KernelLoop();
  using cable = new TestCable();
  using left = cable.socketOn('left');
  using right = cable.socketOn('right');
  using table = runInNamespace(cable.left, () => new InterfaceTable(loop));
  left.apply([createLink('ifb', { name: 'other', up: true })]);
  left.apply([addAddress(table.find('other')!.index, added)]);
  await until(loop, () => table.find('other')!.up);
  right.apply([changeLink('cable', { up: false })]);
  await until(loop, () => !table.find('cable')!.up);
  t.true(table.isDownToward(parseIp('192.0.2.2')!, undefined));
  t.false(table.isDownToward(parseIp('10.7.0.2')!, undefined));
  t.true(table.isDownToward(parseIp('10.7.0.2')!, 'cable'));
  t.false(table.isDownToward(parseIp('203.0.113.1')!, undefined));
});
