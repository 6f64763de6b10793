import type { ExecutionContext } from 'ava';
import { parseIp } from '../base/address.ts';
import { writeU48 } from '../base/bytes.ts';
import { attachToLink, createBpfMap, loadBpfProgram, putInMap } from './bpf.ts';
import { closeDescriptor, waitReadable, writeDescriptor } from './descriptor.ts';
import { int32Bytes } from './layout.ts';
import { runInNamespace } from './network-namespace.ts';
import { PacketRing } from './packet-ring.ts';
import { assemblePortProgram, type PortEntry, portMapKey, portMapShape } from './port-program.ts';
import { bindSocket, connectSocket, openSocket } from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { errno, SystemCallError } from './system-call.ts';
import { TestCable, labTest as test } from './testing-lab.ts';
import { umemFrameBytes, XdpSocket } from './xdp-socket.ts';

const left = { 4: parseIp('192.0.2.1')!, 6: parseIp('2001:db8:1::1')! } as const;
const frames = 64;
const memoryBytes = frames * umemFrameBytes;

/** An AF_XDP socket on the left of the cable, and the program that steers claimed ports into it. */
class Steered implements Disposable {
  readonly socket: XdpSocket;
  readonly #portMap = createBpfMap(portMapShape);
  readonly #fds: number[] = [];

  constructor(cable: TestCable, held = frames) {
    const interfaceIndex = cable.indexOn('left');
    const open = () => XdpSocket.open({ interfaceIndex, queue: 0, frames: held });
    this.socket = runInNamespace(cable.left, open);
    const shape = { kind: 'xdp-sockets', keyBytes: 4, valueBytes: 4, entries: 1 } as const;
    const socketMapFd = createBpfMap(shape);
    putInMap(socketMapFd, int32Bytes(0), int32Bytes(this.socket.fd));
    const program = assemblePortProgram({
      reads: 'driver',
      portMapFd: this.#portMap,
      claimed: { socketMapFd },
      other: 2,
      claimsGroups: true,
    });
    const programFd = loadBpfProgram('xdp', program);
    const link = runInNamespace(cable.left, () => attachToLink('xdp', programFd, interfaceIndex));
    if (!('fd' in link)) throw new Error(`no XDP here: errno ${link.errno}`);
    this.#fds.push(this.#portMap, socketMapFd, programFd, link.fd);
  }

  claim(entry: PortEntry): void {
    putInMap(this.#portMap, portMapKey(entry), int32Bytes(1));
  }

  /** Datagrams' texts, from what arrives over IPv4 or IPv6. */
  texts(t: ExecutionContext, count: number): string[] {
    const found: string[] = [];
    while (found.length < count) {
      if (!waitReadable(this.socket.fd, 5_000)) t.fail(`${found.length} of ${count} came`);
      this.socket.receive((frame) => {
        const payloadAt = frame[12] === 0x08 ? 42 : 62;
        found.push(new TextDecoder().decode(frame.subarray(payloadAt)));
      });
    }
    return found;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds) closeDescriptor(fd);
    this.socket[Symbol.dispose]();
  }
}

function kernelSocket(cable: TestCable, family: 4 | 6, port: number): number {
  const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  const fd = runInNamespace(cable.left, () => openSocket(number, 'datagram'));
  bindSocket(fd, { address: left[family], port });
  return fd;
}

function sendText(cable: TestCable, family: 4 | 6, port: number, text: string): void {
  const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
  const fd = runInNamespace(cable.right, () => openSocket(number, 'datagram'));
  connectSocket(fd, { address: left[family], port });
  writeDescriptor(fd, new TextEncoder().encode(text));
  closeDescriptor(fd);
}

for (const family of [4, 6] as const) {
  for (const whose of ['this address', 'all of this node'] as const) {
    test(`IPv${family}: a claimed port of ${whose} arrives in the registered memory, another one in the kernel`, (t) => {
      using cable = new TestCable();
      using steered = new Steered(cable);
      const claim = { protocol: 'udp', port: 7_000 } as const;
      const address = left[family];
      if (whose === 'this address') steered.claim({ family, address, claim });
      else {
        steered.claim({ family, address });
        steered.claim({ family, claim });
      }
      const [claimed, other] = [7_000, 7_001].map((port) => kernelSocket(cable, family, port));
      sendText(cable, family, 7_000, 'for the application');
      sendText(cable, family, 7_001, 'for the kernel');
      t.deepEqual(steered.texts(t, 1), ['for the application']);
      t.true(waitReadable(other!, 5_000));
      t.false(waitReadable(claimed!, 0));
      for (const fd of [claimed!, other!]) closeDescriptor(fd);
    });
  }
}

test('control: nothing claimed, the kernel gets it', (t) => {
  using cable = new TestCable();
  using steered = new Steered(cable);
  const fd = kernelSocket(cable, 4, 7_000);
  sendText(cable, 4, 7_000, 'for the kernel');
  t.true(waitReadable(fd, 5_000));
  t.false(steered.socket.hasArrived());
  closeDescriptor(fd);
});

function frameTo(fill: number): Uint8Array {
  const frame = new Uint8Array(100).fill(fill);
  writeU48(frame, 0, 0xffff_ffff_ffff);
  frame.set([0x88, 0xb5], 12);
  return frame;
}

function ringOnTheRight(cable: TestCable): PacketRing {
  const options = { interfaceIndex: cable.indexOn('right'), frameBytes: 1_514 };
  const size = { receiveFrames: 256, sendFrames: 32 };
  return runInNamespace(cable.right, () => PacketRing.open({ ...options, ...size }));
}

/** What the frames of `frameTo` that came were filled with. */
function seenOn(ring: PacketRing, count: number): number[] {
  const seen: number[] = [];
  while (seen.length < count && waitReadable(ring.fd, 5_000)) {
    ring.receive(({ bytes }) => {
      if (bytes[12] === 0x88) seen.push(bytes[50]!);
    });
  }
  return seen;
}

test('frames leave from the memory, many with one kick, and its frames are used again', (t) => {
  using cable = new TestCable();
  using steered = new Steered(cable);
  using ring = ringOnTheRight(cable);
  const { socket } = steered;
  let sent = 0;
  for (let round = 0; round < 10; round++) {
    for (let each = 0; each < 10; each++) {
      const offset = socket.put(frameTo(sent));
      t.true(typeof offset === 'number' && offset >= memoryBytes / 2 && offset < memoryBytes);
      sent += 1;
    }
    t.is(socket.flush(), undefined);
  }
  t.deepEqual(seenOn(ring, sent), [...Array(sent).keys()]);
});

test('what the kernel does not take with one kick it takes with the next, in order and each once', (t) => {
  using cable = new TestCable();
  using steered = new Steered(cable, 4 * frames);
  using ring = ringOnTheRight(cable);
  const { socket } = steered;
  for (let each = 0; each < 2 * frames; each++) socket.put(frameTo(each));
  t.is(socket.untaken, 0);
  const left: number[] = [];
  do {
    t.is(socket.flush(), undefined);
    left.push(socket.untaken);
  } while (left.at(-1)! > 0 && left.length < 2 * frames);
  // TX_BATCH_SIZE of net/xdp/xsk.c: so many with one call.
  t.deepEqual(left, [96, 64, 32, 0]);
  t.deepEqual(seenOn(ring, 2 * frames), [...Array(2 * frames).keys()]);
});

for (const [what, offset, length] of [
  ['behind the end', memoryBytes, 100],
  ['across the end of a frame', memoryBytes - 100, 200],
] as const) {
  test(`the kernel refuses a descriptor ${what} of the registered memory`, (t) => {
    using cable = new TestCable();
    using steered = new Steered(cable);
    t.is(steered.socket.describe(offset, length), 'queued');
    steered.socket.flush();
    t.is(steered.socket.statistics().sendInvalid, 1);
  });
}

test('a queue has one socket: the second is refused', (t) => {
  using cable = new TestCable();
  using _steered = new Steered(cable);
  const interfaceIndex = cable.indexOn('left');
  const open = () => XdpSocket.open({ interfaceIndex, queue: 0, frames });
  const refused = t.throws(() => runInNamespace(cable.left, open), { instanceOf: SystemCallError });
  t.is(refused?.errno, errno.EBUSY);
});
