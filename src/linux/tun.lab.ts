import { parseIp } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import { closeDescriptor, readDescriptor, waitReadable, writeDescriptor } from './descriptor.ts';
import { changeLink } from './link.ts';
import { addAddress } from './link-address.ts';
import { MessageBatch } from './message-batch.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { RouteSocket, routeGroup } from './route-socket.ts';
import { bindSocket, openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { errno, SystemCallError } from './system-call.ts';
import { linkOf, labTest as test, waitFor } from './testing-lab.ts';
import { readVirtioHeader, TunDevice, virtioHeaderBytes } from './tun.ts';

/** Opens a device in a namespace, up, as 10.9.0.1/24, and sends a datagram to 10.9.0.2. */
function sendInto(namespace: NetworkNamespace, device: TunDevice, socket: RouteSocket): number {
  const { index } = linkOf(socket, device.name)!;
  socket.apply([addAddress(index, parsePrefix('10.9.0.1/24')!), changeLink(index, { up: true })]);
  const fd = runInNamespace(namespace, () => openSocket(addressFamily.ipv4, 'datagram'));
  bindSocket(fd, { address: parseIp('10.9.0.1')!, port: 7_000 });
  const batch = new MessageBatch(1, 64);
  batch.put(0, Uint8Array.of(1, 2, 3), { address: parseIp('10.9.0.2')!, port: 7_000 });
  batch.sendFirst(fd);
  return fd;
}

/** The first IPv4 packet; the kernel speaks IPv6 of its own accord. */
function readIpv4Packet(fd: number, headerBytes: number): Uint8Array | undefined {
  const into = new Uint8Array(2_048);
  while (waitReadable(fd, 5_000)) {
    const length = readDescriptor(fd, into)!;
    if (into[headerBytes]! >>> 4 === 4) return into.slice(0, length);
  }
  return undefined;
}

test('a datagram into a TUN comes out as a packet, and turned round goes back in', (t) => {
  using namespace = NetworkNamespace.create();
  using socket = runInNamespace(namespace, () => new RouteSocket());
  using device = runInNamespace(namespace, () => TunDevice.open({ name: 't%d', kind: 'tun' }));
  t.is(device.name, 't0');
  const fd = sendInto(namespace, device, socket);
  const packet = readIpv4Packet(device.fd, 0)!;
  t.deepEqual([...packet.subarray(12, 20)], [10, 9, 0, 1, 10, 9, 0, 2]);
  t.deepEqual([...packet.subarray(-3)], [1, 2, 3]);
  const back = packet.slice();
  back.set(packet.subarray(16, 20), 12);
  back.set(packet.subarray(12, 16), 16);
  t.is(writeDescriptor(device.fd, back), back.length);
  t.true(waitReadable(fd, 5_000));
  const batch = new MessageBatch(1, 64);
  t.is(batch.receive(fd), 1);
  t.deepEqual(batch.peer(0), { address: parseIp('10.9.0.2')!, port: 7_000 });
  closeDescriptor(fd);
});

test('with virtio headers the kernel leaves the checksum to the card', (t) => {
  using namespace = NetworkNamespace.create();
  using socket = runInNamespace(namespace, () => new RouteSocket());
  const options = { name: 'v0', kind: 'tun', virtioHeader: true } as const;
  using device = runInNamespace(namespace, () => TunDevice.open(options));
  const fd = sendInto(namespace, device, socket);
  const packet = readIpv4Packet(device.fd, virtioHeaderBytes)!;
  const header = readVirtioHeader(packet, 0);
  t.like(header, { needsChecksum: true, segmentType: 0, checksumStart: 20, checksumOffset: 6 });
  t.deepEqual([...packet.subarray(-3)], [1, 2, 3]);
  closeDescriptor(fd);
});

test('a TAP has an Ethernet address, loses its carrier when told, and goes when it is closed', (t) => {
  using namespace = NetworkNamespace.create();
  using socket = runInNamespace(namespace, () => new RouteSocket());
  const device = runInNamespace(namespace, () => TunDevice.open({ name: 'e0', kind: 'tap' }));
  using events = runInNamespace(namespace, () => new RouteSocket(routeGroup.links));
  const link = () => linkOf(socket, 'e0');
  socket.apply([changeLink('e0', { up: true })]);
  t.not(link()!.mac, 0);
  for (const up of [true, false, true]) {
    device.setCarrier(up);
    waitFor(events, () => link()!.isRunning === up);
    t.true(link()!.isEnabled);
  }
  device[Symbol.dispose]();
  t.is(link(), undefined);
});

test('a name that is taken is refused, with the name', (t) => {
  using namespace = NetworkNamespace.create();
  const open = () => runInNamespace(namespace, () => TunDevice.open({ name: 'x', kind: 'tap' }));
  using _first = open();
  const error = t.throws(open, { instanceOf: SystemCallError })!;
  t.is(error.errno, errno.EBUSY);
  t.regex(error.message, /TUNSETIFF, x/);
});
