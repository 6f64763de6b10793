import { parseIp } from '../base/address.ts';
import { parseMac } from '../base/mac.ts';
import { emitEthernet, etherType } from '../wire/ethernet.ts';
import { emitIpv4 } from '../wire/ipv4.ts';
import { waitReadable } from './descriptor.ts';
import { HostCopies } from './host-copies.ts';
import { runInNamespace } from './network-namespace.ts';
import { PacketRing } from './packet-ring.ts';
import { TestCable, labTest as test } from './testing-lab.ts';

const hosts = ['02:00:00:00:00:0a', '02:00:00:00:00:0b'].map((text) => parseMac(text)!);
const group = '239.1.1.1';

function frameTo(destination: string, number: number): Uint8Array {
  const frame = new Uint8Array(60);
  const addresses = {
    destination: parseMac('01:00:5e:01:01:01')!,
    source: parseMac('02:00:00:00:00:01')!,
  };
  emitEthernet(frame, 0, { ...addresses, type: etherType.ipv4 });
  emitIpv4(frame, 14, {
    ...{ headerBytes: 20, dscp: 0, ecn: 0, totalLength: 46, identification: number, ttl: 8 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, protocol: 253 },
    ...{ source: parseIp('192.0.2.1') as never, destination: parseIp(destination) as never },
    options: new Uint8Array(0),
  });
  return frame;
}

/** What arrives of these frames, as `MAC number`, up to the one that passes untouched; a ring sends again what is dropped. */
function arrivals(cable: TestCable, destinations: readonly string[]): string[] {
  const sizes = { frameBytes: 1_514, receiveFrames: 64, sendFrames: 64 };
  const open = (side: 'left' | 'right') =>
    runInNamespace(cable[side], () =>
      PacketRing.open({ interfaceIndex: cable.indexOn(side), ...sizes }),
    );
  using sender = open('left');
  using receiver = open('right');
  // One by one: a frame that is dropped on its way out takes those behind it in the ring along.
  for (const [number, to] of [...destinations, '224.0.0.251'].entries()) {
    sender.put(frameTo(to, number));
    sender.flush();
  }
  const found: string[] = [];
  while (!found.some((one) => one.endsWith(` ${destinations.length}`))) {
    if (!waitReadable(receiver.fd, 5_000)) break;
    receiver.receive(({ bytes }) => {
      if (bytes[12] === 8 && bytes[23] === 253) found.push(`${bytes[0]}:${bytes[5]} ${bytes[19]}`);
    });
  }
  return [...new Set(found)];
}

test('a group leaves as a copy for each host that is to have it, and else not at all', (t) => {
  using cable = new TestCable();
  using socket = cable.socketOn('left');
  t.deepEqual(arrivals(cable, [group]), ['1:1 0', '1:1 1'], 'control: without the filter');
  using copies = runInNamespace(cable.left, () => new HostCopies(socket, cable.indexOn('left')));
  t.deepEqual(arrivals(cable, [group]), ['1:1 1'], 'only what never was anybody’s');
  copies.set(parseIp(group)!, hosts);
  t.deepEqual(arrivals(cable, [group, '239.1.1.2']), ['2:10 0', '2:11 0', '1:1 2']);
  copies.set(parseIp(group)!, hosts.slice(1));
  t.deepEqual(arrivals(cable, [group]), ['2:11 0', '1:1 1']);
  copies.set(parseIp(group)!, []);
  t.deepEqual(arrivals(cable, [group]), ['1:1 1']);
});

test('a second filter takes the place of the first, and knows nobody', (t) => {
  using cable = new TestCable();
  using socket = cable.socketOn('left');
  const index = cable.indexOn('left');
  using first = new HostCopies(socket, index);
  first.set(parseIp(group)!, hosts);
  using second = new HostCopies(socket, index);
  t.deepEqual(arrivals(cable, [group]), ['1:1 1']);
  second.set(parseIp(group)!, hosts.slice(1));
  t.deepEqual(arrivals(cable, [group]), ['2:11 0', '1:1 1']);
});
