import test from 'ava';
import { type Ipv4, parseIpv4 } from '../../base/address.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes, ipv4Offset } from '../../wire/ipv4.ts';
import { emitTcp, tcpChecksum, tcpFlag, tcpOffset, verifyTcpChecksum } from '../../wire/tcp.ts';
import { OwnVirtualInterface, type VirtualInterfaceOwner } from './own-virtual-interface.ts';

const own = parseIpv4('10.0.0.1')!;
const elsewhere = parseIpv4('10.0.9.1')!;
const payloadBytes = 1_000;
const headersBytes = ipv4HeaderBytes + 20;

/** The `place`th segment of a stream. */
function segmentTo(destination: Ipv4, place: number): Uint8Array {
  const packet = new Uint8Array(headersBytes + payloadBytes).fill(place, headersBytes);
  emitIpv4(packet, 0, {
    ...{ headerBytes: 20, dscp: 0, ecn: 0, totalLength: packet.length, identification: 0 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, ttl: 64 },
    ...{ protocol: ipProtocol.tcp, source: parseIpv4('192.0.2.1')!, destination },
    options: new Uint8Array(0),
  });
  emitTcp(packet, ipv4HeaderBytes, {
    ...{ sourcePort: 80, destinationPort: 5_000, sequence: 7 + place * payloadBytes },
    ...{ acknowledgment: 1, headerBytes: 20, flags: tcpFlag.ack, window: 512 },
    ...{ checksum: 0, urgentPointer: 0, options: [] },
  });
  const sum = tcpChecksum(packet, 0, ipv4HeaderBytes, packet.length);
  packet.set([sum >>> 8, sum & 255], ipv4HeaderBytes + tcpOffset.checksum);
  return packet;
}

function injectAll(packets: readonly Uint8Array[]): Uint8Array[] {
  const injected: Uint8Array[] = [];
  const putOff = new Set<() => void>();
  const machine = { interfaces: [{ addresses: [{ address: own, length: 24 }] }] };
  const owner = {
    loop: { isInStep: true, atStepEnd: (action: () => void) => void putOff.add(action) },
    stack: {
      run: (action: (given: unknown) => unknown) => action(machine),
      inject: (_name: string, packet: Uint8Array) => void injected.push(packet),
    },
  } as unknown as VirtualInterfaceOwner;
  const device = new OwnVirtualInterface(owner, 'virtual0', { packet: () => undefined });
  for (const packet of packets) device.inject(packet);
  for (const action of putOff) action();
  return injected;
}

test('segments to an application of the node that follow on each other leave as one, sound and whole', (t) => {
  const injected = injectAll([0, 1, 2, 3].map((place) => segmentTo(own, place)));
  t.is(injected.length, 1);
  const [joined] = injected;
  t.is(joined!.length, headersBytes + 4 * payloadBytes);
  t.true(verifyTcpChecksum(joined!, 0, ipv4HeaderBytes, joined!.length));
  const payload = [0, 1, 2, 3].flatMap((place) => new Array<number>(payloadBytes).fill(place));
  t.deepEqual([...joined!.subarray(headersBytes)], payload);
});

test('what a link is to carry on stays as it is, and nothing overtakes', (t) => {
  const packets = [segmentTo(elsewhere, 0), segmentTo(elsewhere, 1), segmentTo(own, 0)];
  packets.push(segmentTo(own, 1), segmentTo(own, 5), segmentTo(elsewhere, 2));
  const injected = injectAll(packets);
  const lengths = injected.map(({ length }) => length - headersBytes);
  t.deepEqual(lengths, [1_000, 1_000, 2_000, 1_000, 1_000]);
  const lastBytes = injected.map((packet) => packet.at(-1));
  t.deepEqual(lastBytes, [0, 1, 1, 5, 2]);
  t.is(injected[2]![ipv4Offset.destination + 2], 0);
});
