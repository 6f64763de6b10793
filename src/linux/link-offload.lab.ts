import type { ExecutionContext } from 'ava';
import { parseIp } from '../base/address.ts';
import { verifyTransportChecksum } from '../wire/checksum.ts';
import { closeDescriptor, waitReadable } from './descriptor.ts';
import { setOffloads } from './link-offload.ts';
import { MessageBatch } from './message-batch.ts';
import { runInNamespace } from './network-namespace.ts';
import { PacketRing } from './packet-ring.ts';
import { openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { errno, SystemCallError } from './system-call.ts';
import { TestCable, labTest as test } from './testing-lab.ts';

const udp = 17;

/** Whether the checksum of a datagram from left to right is right where right sees it. */
function isChecksumMade(t: ExecutionContext, cable: TestCable): boolean {
  const interfaceIndex = cable.indexOn('right');
  const size = { frameBytes: 1_514, receiveFrames: 32, sendFrames: 32 };
  using ring = runInNamespace(cable.right, () => PacketRing.open({ interfaceIndex, ...size }));
  const fd = runInNamespace(cable.left, () => openSocket(addressFamily.ipv4, 'datagram'));
  const batch = new MessageBatch(1, 64);
  batch.put(0, Uint8Array.of(1, 2, 3), { address: parseIp('192.0.2.2')!, port: 7_000 });
  t.is(batch.sendFirst(fd), 3);
  closeDescriptor(fd);
  let isMade: boolean | undefined;
  while (isMade === undefined) {
    if (!waitReadable(ring.fd, 5_000)) t.fail('no datagram came');
    ring.receive(({ bytes }) => {
      const ipv4 = 14;
      if (bytes[12] !== 8 || bytes[13] !== 0 || bytes[ipv4 + 9] !== udp) return;
      isMade = verifyTransportChecksum(bytes, ipv4, udp, ipv4 + 20, ipv4 + 31);
    });
  }
  return isMade;
}

test('a link makes its checksums itself when its offloads are off, and leaves them when they are on', (t) => {
  using cable = new TestCable();
  t.false(isChecksumMade(t, cable));
  runInNamespace(cable.left, () => setOffloads('cable', false));
  t.true(isChecksumMade(t, cable));
  runInNamespace(cable.left, () => setOffloads('cable', true));
  t.false(isChecksumMade(t, cable));
});

test('a link that there is not is refused with its name', (t) => {
  const error = t.throws(() => setOffloads('nowhere', false), { instanceOf: SystemCallError })!;
  t.is(error.errno, errno.ENODEV);
  t.regex(error.message, /SIOCETHTOOL, nowhere/);
});
