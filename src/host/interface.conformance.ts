/** Interfaces: what a node has, what happens to them, and virtual ones. */
import { formatIp, parseIp } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import type { Host, InterfaceInfo, VirtualInterface } from './host.ts';
import { type ConformanceCase, expectSoon, listen, payloadOf, textOf } from './pair.conformance.ts';

export const interfaceCases: readonly ConformanceCase[] = [
  {
    title: 'the list of interfaces has the cable with its addresses',
    check: async (t, pair) => {
      const list = pair.left.host.interfaces.list();
      const cable = list.find(({ name }) => name === pair.left.interface)!;
      t.like(cable, { mtuBytes: 1_500, up: true });
      const addresses = cable.addresses.map(({ address }) => address);
      t.true(addresses.includes(pair.left.ipv4) && addresses.includes(pair.left.ipv6));
      t.is(new Set(list.map(({ index }) => index)).size, list.length);
    },
  },
  {
    title: 'carrier lost and back is told once each, with the state after it',
    check: async (t, pair) => {
      const seen: InterfaceInfo[] = [];
      pair.left.host.interfaces.onChange((changed) => seen.push(changed));
      pair.setCarrier(false);
      await expectSoon(t, pair, () => seen.some(({ up }) => !up), 'carrier lost');
      pair.setCarrier(true);
      await expectSoon(t, pair, () => seen.at(-1)!.up, 'carrier back');
      t.deepEqual(
        seen.map(({ name, up }) => ({ name, up })),
        [false, true].map((up) => ({ name: pair.left.interface, up })),
      );
    },
  },
  {
    title: 'a closed subscription hears nothing more',
    check: async (t, pair) => {
      const seen: string[] = [];
      const { interfaces } = pair.left.host;
      interfaces.onChange(() => seen.push('open'));
      interfaces.onChange(() => seen.push('closed')).close();
      pair.setCarrier(false);
      await expectSoon(t, pair, () => seen.includes('open'), 'carrier lost');
      t.deepEqual(seen, ['open']);
    },
  },
  {
    title: 'a datagram that is routed into a virtual interface comes out as an IP packet',
    check: async (t, pair) => {
      const { packets } = openTunnel(pair.right.host);
      const { socket } = listen(pair.right.host, { family: 4, port: 7_000 });
      t.is(socket.send(payloadOf('hello'), inner), 'sent');
      await expectSoon(t, pair, () => packets.length === 1, 'the packet');
      const packet = packets[0]!;
      t.is(packet[0]! >>> 4, 4);
      t.is(packet[9], 17);
      t.deepEqual([...packet.subarray(12, 16)], [10, 99, 0, 1]);
      t.deepEqual([...packet.subarray(16, 20)], [10, 98, 0, 5]);
      t.is(textOf(packet.subarray(-5)), 'hello');
    },
  },
  {
    title: 'a packet that is put into a virtual interface reaches the application',
    check: async (t, pair) => {
      const { device, packets } = openTunnel(pair.right.host);
      const application = listen(pair.right.host, { family: 4, port: 7_000 });
      application.socket.send(payloadOf('hello'), inner);
      await expectSoon(t, pair, () => packets.length === 1, 'the packet');
      const reply = turnRound(packets[0]!);
      t.is(device.inject(reply), 'accepted');
      reply.fill(0);
      await expectSoon(t, pair, () => application.arrivals.length === 1, 'the reply');
      const { from, to, payload, ...arrival } = application.arrivals[0]!;
      t.is(textOf(payload), 'hello');
      t.deepEqual([from, formatIp(to.address), to.port], [inner, '10.99.0.1', 7_000]);
      t.is(arrival.interface, device.name);
    },
  },
  {
    title: 'a closed virtual interface takes no packet, and its routes are gone',
    check: async (t, pair) => {
      const { device, packets } = openTunnel(pair.right.host);
      const { socket } = listen(pair.right.host, { family: 4 });
      t.is(socket.send(payloadOf('a'), inner), 'sent');
      await expectSoon(t, pair, () => packets.length === 1, 'the packet');
      device.close();
      t.is(device.inject(packets[0]!), 'closed');
      t.is(socket.send(payloadOf('a'), inner), 'no-route');
      const names = pair.right.host.interfaces.list().map(({ name }) => name);
      t.false(names.includes(device.name));
    },
  },
];

/** Somebody behind the tunnel. */
const inner = { address: parseIp('10.98.0.5')!, port: 9 };

function openTunnel(host: Host): { device: VirtualInterface; packets: Uint8Array[] } {
  const packets: Uint8Array[] = [];
  const device = host.openVirtualInterface(
    {
      name: 'tunnel0',
      addresses: [parsePrefix('10.99.0.1/24')!],
      mtuBytes: 1_400,
      routes: [parsePrefix('10.98.0.0/16')!],
    },
    { packet: (packet) => packets.push(packet.slice()) },
  );
  return { device, packets };
}

/** The same UDP packet from its destination to its source; swapping leaves both checksums right. */
function turnRound(packet: Uint8Array): Uint8Array {
  const headerBytes = (packet[0]! & 15) * 4;
  const turned = packet.slice();
  turned.set(packet.subarray(16, 20), 12);
  turned.set(packet.subarray(12, 16), 16);
  turned.set(packet.subarray(headerBytes + 2, headerBytes + 4), headerBytes);
  turned.set(packet.subarray(headerBytes, headerBytes + 2), headerBytes + 2);
  return turned;
}
