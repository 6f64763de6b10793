/** What crosses a virtual interface of a real kernel, and when. */
import type { ExecutionContext } from 'ava';
import { writeU16 } from '../base/bytes.ts';
import { parsePrefix } from '../base/prefix.ts';
import { NetworkNamespace } from '../linux/network-namespace.ts';
import { labTest as test } from '../linux/testing-lab.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { KernelLoop } from './kernel-loop.ts';
import { RealHost } from './real-host.ts';

const headerBytes = 20;
const echoRequest = 8;
const icmp = 1;

/** From a neighbour behind the interface to the kernel's own address, with both checksums. */
function makePing(): Uint8Array {
  const packet = new Uint8Array(headerBytes + 8);
  packet.set([0x45, 0, 0, packet.length, 0, 0, 0, 0, 64, icmp]);
  packet.set([10, 99, 0, 2, 10, 99, 0, 1], 12);
  packet.set([echoRequest, 0, 0, 0, 0, 1, 0, 1], headerBytes);
  writeU16(packet, 10, foldChecksum(sumWords(packet, 0, headerBytes)));
  writeU16(packet, headerBytes + 2, foldChecksum(sumWords(packet, headerBytes, packet.length)));
  return packet;
}

/** In what order things were said where so many pings are put in, and a timer is due at once. */
async function sayPinging(t: ExecutionContext, pings: number): Promise<string[]> {
  await using loop = new KernelLoop();
  using namespace = NetworkNamespace.create();
  const program = { id: 'pinged', traffic: 'pinged' };
  using host = new RealHost({
    ...{ loop, node: 'left', seed: 1, program, namespace, write: () => {} },
  });
  const said: string[] = [];
  const device = host.openVirtualInterface(
    {
      ...{ name: 'tunnel0', mtuBytes: 1_400, routes: [] },
      addresses: [parsePrefix('10.99.0.1/24')!],
    },
    { packet: (packet) => said.push(packet[9] === icmp ? 'echo' : 'other') },
  );
  loop.after(0, () => {
    loop.after(0, () => said.push('timer'));
    for (let ping = 0; ping < pings; ping++) t.is(device.inject(makePing()), 'accepted');
    t.deepEqual(said, [], 'nobody is called within a call of his own');
  });
  while (!said.includes('timer')) await loop.nextTurn();
  return said;
}

test('what the kernel answers to a packet is heard in the same step, before a timer that is due', async (t) => {
  t.deepEqual(await sayPinging(t, 2), ['echo', 'echo', 'timer']);
});

test('control: with no packet put in, the timer is all that is heard', async (t) => {
  t.deepEqual(await sayPinging(t, 0), ['timer']);
});
