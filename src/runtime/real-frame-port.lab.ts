import type { ExecutionContext } from 'ava';
import { type Ip, parseIp } from '../base/address.ts';
import type { FramePort, Host, Lease } from '../host/host.ts';
import { closeDescriptor, waitReadable } from '../linux/descriptor.ts';
import { runInNamespace } from '../linux/network-namespace.ts';
import { connectSocket, getOption, openSocket, socketOption } from '../linux/socket.ts';
import { addressFamily } from '../linux/socket-address.ts';
import { TestCable, labTest as test } from '../linux/testing-lab.ts';
import { verifyTransportChecksum } from '../wire/checksum.ts';
import { KernelLoop } from './kernel-loop.ts';
import { RealHost } from './real-host.ts';

const ethernet = 14;
const right = { 4: parseIp('192.0.2.2')!, 6: parseIp('2001:db8:1::2')! };
const families = [4, 6] as const;

class Bench implements AsyncDisposable {
  readonly loop = new KernelLoop();
  readonly cable = new TestCable();
  readonly left = this.#hostOn('left');
  readonly right = this.#hostOn('right');

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.loop.nextTurn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.left[Symbol.dispose]();
    this.right[Symbol.dispose]();
    await this.loop[Symbol.asyncDispose]();
    this.cable[Symbol.dispose]();
  }

  #hostOn(side: 'left' | 'right'): RealHost {
    const program = { id: 'test', traffic: 'test' };
    const namespace = this.cable[side];
    return new RealHost({ loop: this.loop, node: side, seed: 1, program, namespace, write() {} });
  }
}

function openPort(
  host: Host,
  leases?: readonly Lease[],
): { port: FramePort; frames: Uint8Array[] } {
  const frames: Uint8Array[] = [];
  const port = host.openFramePort(
    { interface: 'cable', ...(leases && { leases }) },
    { received: (frame) => frames.push(frame.slice()) },
  );
  return { port, frames };
}

/** A kernel's TCP socket on its way to port 7000 of the right; how it ends is an errno, 0 if it stands. */
function connectTo(cable: TestCable, address: Ip): number {
  const family = typeof address === 'number' ? addressFamily.ipv4 : addressFamily.ipv6;
  const fd = runInNamespace(cable.left, () => openSocket(family, 'stream'));
  connectSocket(fd, { address, port: 7_000 });
  return fd;
}

function isSyn(frame: Uint8Array, family: 4 | 6): boolean {
  const tcp = ethernet + (family === 4 ? 20 : 40);
  return frame[tcp + 13] === 2 && frame[tcp + 2]! * 256 + frame[tcp + 3]! === 7_000;
}

for (const family of families) {
  test(`the kernel refuses a connection to a port that nobody has, over IPv${family}`, async (t) => {
    await using bench = new Bench();
    const fd = connectTo(bench.cable, right[family]);
    t.true(waitReadable(fd, 5_000));
    t.not(getOption(fd, socketOption.error), 0);
    closeDescriptor(fd);
  });

  test(`a lease has the segments of its port, checksums made, and the kernel is silent, over IPv${family}`, async (t) => {
    await using bench = new Bench();
    const owner = openPort(bench.right, [{ protocol: 'tcp', port: 7_000 }]);
    const echo = openPort(bench.left);
    const fd = connectTo(bench.cable, right[family]);
    await bench.until(() => owner.frames.length > 0);
    t.true(owner.frames.every((frame) => isSyn(frame, family)));
    assertChecksum(t, owner.frames[0]!, family);
    // Whatever the kernel had to say about the segment, it has said before it answers a datagram.
    const probe = bench.left.openDatagramSocket(
      { family },
      { received() {}, pathError: () => answered() },
    );
    let isAnswered = false;
    const answered = () => {
      isAnswered = true;
    };
    probe.send(new Uint8Array(1), { address: right[family], port: 7_001 });
    await bench.until(() => isAnswered);
    t.false(waitReadable(fd, 0));
    t.false(echo.frames.some((frame) => frame[ethernet + (family === 4 ? 9 : 6)] === 6));
    closeDescriptor(fd);
  });
}

function assertChecksum(t: ExecutionContext, frame: Uint8Array, family: 4 | 6): void {
  const tcp = ethernet + (family === 4 ? 20 : 40);
  t.true(verifyTransportChecksum(frame, ethernet, 6, tcp, frame.length));
}

test('a port that is leased, or bound, is not leased again until it is given back', async (t) => {
  await using bench = new Bench();
  const leases = [{ protocol: 'udp', port: 7_000 }] as const;
  const first = openPort(bench.right, leases);
  t.is(t.throws(() => openPort(bench.right, leases))!.message, inUse);
  first.port.close();
  const socket = bench.right.openDatagramSocket({ family: 6, port: 7_000 }, { received() {} });
  t.is(t.throws(() => openPort(bench.right, leases))!.message, inUse);
  socket.close();
  t.notThrows(() => openPort(bench.right, leases));
});

const inUse = "can't lease udp port 7000 of cable: somebody has it";

test('an interface that there is not is a fault that names those there are', async (t) => {
  await using bench = new Bench();
  const open = () => bench.left.openFramePort({ interface: 'wifi' }, { received() {} });
  const error = t.throws(open, { code: 'no-such-interface' })!;
  t.is(error.message, 'left has no interface wifi');
});

test('frames of one turn leave in order, more of them than the ring has room for', async (t) => {
  await using bench = new Bench();
  const sender = openPort(bench.left);
  const heard = openPort(bench.right);
  const ours = () => heard.frames.filter((frame) => frame[12] === 0x88 && frame[13] === 0xb5);
  for (let n = 0; n < 600; n++) {
    const frame = new Uint8Array(64);
    frame.set([255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, n >>> 8, n & 255]);
    t.is(sender.port.send(frame), 'sent');
  }
  await bench.until(() => ours().length >= 600);
  t.deepEqual(
    ours().map((frame) => frame[14]! * 256 + frame[15]!),
    Array.from({ length: 600 }, (_, n) => n),
  );
});
