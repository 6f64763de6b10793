import type { ExecutionContext } from 'ava';
import { parseIp } from '../base/address.ts';
import {
  attachToLink,
  attachToSocket,
  createBpfMap,
  loadBpfProgram,
  putInMap,
  removeFromMap,
} from './bpf.ts';
import { closeDescriptor, waitReadable, writeDescriptor } from './descriptor.ts';
import { int32Bytes } from './layout.ts';
import { runInNamespace } from './network-namespace.ts';
import { PacketRing } from './packet-ring.ts';
import { assemblePortProgram, portMapKey, portMapShape } from './port-program.ts';
import { bindSocket, connectSocket, openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { TestCable, labTest as test } from './testing-lab.ts';

const left = parseIp('192.0.2.1')!;
/** TC_ACT_SHOT and TCX_NEXT of linux/bpf.h. */
const [drop, next] = [2, -1];
const wholeFrame = -1;
const claim = { protocol: 'udp', port: 7_000 } as const;
const key = portMapKey({ family: 4, address: left, claim });

function bound(cable: TestCable, port: number): number {
  const fd = runInNamespace(cable.left, () => openSocket(addressFamily.ipv4, 'datagram'));
  bindSocket(fd, { address: left, port });
  return fd;
}

function send(cable: TestCable, port: number, text: string): void {
  const fd = runInNamespace(cable.right, () => openSocket(addressFamily.ipv4, 'datagram'));
  connectSocket(fd, { address: left, port });
  writeDescriptor(fd, new TextEncoder().encode(text));
  closeDescriptor(fd);
}

function openRing(cable: TestCable): PacketRing {
  const size = { frameBytes: 1_514, receiveFrames: 64, sendFrames: 64 };
  const interfaceIndex = cable.indexOn('left');
  return runInNamespace(cable.left, () => PacketRing.open({ interfaceIndex, ...size }));
}

function textsIn(t: ExecutionContext, ring: PacketRing, last: string): string[] {
  const found: string[] = [];
  while (!found.includes(last)) {
    if (!waitReadable(ring.fd, 5_000)) t.fail('the last did not come');
    ring.receive(({ bytes }) => {
      if (bytes[12] === 0x08 && bytes[23] === 17)
        found.push(new TextDecoder().decode(bytes.subarray(42)));
    });
  }
  return found;
}

test('at the ingress, claimed ports go past the kernel and are still seen by a ring', (t) => {
  using cable = new TestCable();
  const portMapFd = createBpfMap(portMapShape);
  putInMap(portMapFd, key, int32Bytes(1));
  const options = {
    reads: 'buffer',
    portMapFd,
    claimed: drop,
    other: next,
    claimsGroups: true,
  } as const;
  const program = loadBpfProgram('ingress', assemblePortProgram(options));
  const index = cable.indexOn('left');
  const link = runInNamespace(cable.left, () => attachToLink('ingress', program, index));
  using ring = openRing(cable);
  const [claimed, other] = [bound(cable, 7_000), bound(cable, 7_001)];
  send(cable, 7_000, 'claimed');
  send(cable, 7_001, 'other');
  t.true(waitReadable(other, 5_000));
  t.false(waitReadable(claimed, 0));
  t.deepEqual(textsIn(t, ring, 'other'), ['claimed', 'other']);
  closeDescriptor('fd' in link ? link.fd : -1);
  send(cable, 7_000, 'the link is closed');
  t.true(waitReadable(claimed, 5_000));
  for (const fd of [claimed, other, program, portMapFd]) closeDescriptor(fd);
});

test('at a socket, the map says what it sees, while it stands', (t) => {
  using cable = new TestCable();
  const portMapFd = createBpfMap(portMapShape);
  const options = {
    reads: 'buffer',
    portMapFd,
    claimed: wholeFrame,
    other: 0,
    claimsGroups: true,
  } as const;
  const program = loadBpfProgram('socket-filter', assemblePortProgram(options));
  using ring = openRing(cable);
  attachToSocket(ring.fd, program);
  const other = bound(cable, 7_001);
  send(cable, 7_000, 'not yet');
  putInMap(portMapFd, key, int32Bytes(1));
  send(cable, 7_001, 'another');
  send(cable, 7_000, 'claimed');
  removeFromMap(portMapFd, key);
  removeFromMap(portMapFd, key);
  send(cable, 7_000, 'no more');
  putInMap(portMapFd, key, int32Bytes(1));
  send(cable, 7_000, 'last');
  t.deepEqual(textsIn(t, ring, 'last'), ['claimed', 'last']);
  for (const fd of [other, program, portMapFd]) closeDescriptor(fd);
});
