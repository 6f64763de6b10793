import { writeFileSync } from 'node:fs';
import type { Mac } from '../../base/mac.ts';
import type { DatagramOptions, Host, PathError } from '../../host/host.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { changeLink } from '../../linux/link.ts';
import { runInNamespace } from '../../linux/network-namespace.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { connectSocket, getOption, openSocket, socketOption } from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { errno } from '../../linux/system-call.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { tcpFlag } from '../../wire/tcp.ts';
import { applications, leftAddress, rightAddress } from '../interface-daemon/testing-own-cable.ts';
import { controlWord } from '../program-order.ts';
import { OwnBench } from './testing-own-bench.ts';

const payload = new TextEncoder().encode('hello');

function listen(host: Host, options: Partial<DatagramOptions> = {}) {
  const heard: string[] = [];
  const errors: PathError[] = [];
  const socket = host.openDatagramSocket(
    { family: 4, ...options },
    {
      received: (arrived) => heard.push(new TextDecoder().decode(arrived.payload)),
      pathError: (error) => errors.push(error),
    },
  );
  return { socket, heard, errors };
}

function isLeasable(host: Host, port: number): boolean {
  try {
    host.openDatagramSocket({ family: 4, port }, { received() {} }).close();
    return true;
  } catch {
    return false;
  }
}

/** A kernel's connection from the right to a port of the left. */
function connect(bench: OwnBench, port: number): number {
  const fd = runInNamespace(bench.right, () => openSocket(addressFamily.ipv4, 'stream'));
  connectSocket(fd, { address: leftAddress[4], port });
  return fd;
}

/** The flags of TCP segments, and the port they are from. */
function segmentsOf(frames: readonly Uint8Array[]): { port: number; isReset: boolean }[] {
  const tcp = 14 + 20;
  return frames
    .filter((frame) => frame[12] === 8 && frame[13] === 0 && frame[23] === 6)
    .map((frame) => ({
      port: frame[tcp]! * 256 + frame[tcp + 1]!,
      isReset: (frame[tcp + 13]! & tcpFlag.rst) !== 0,
    }));
}

test('a leased TCP port is its owner’s: no reset leaves for it, and one does for another port', async (t) => {
  await using bench = new OwnBench();
  await bench.startDaemonProcess();
  const seen: Uint8Array[] = [];
  const owned: Uint8Array[] = [];
  const keepIn = (frames: Uint8Array[]) => ({
    received: (frame: Uint8Array) => void frames.push(frame.slice()),
  });
  bench.kernelHost().openFramePort({ interface: 'cable' }, keepIn(seen));
  const leases = [{ protocol: 'tcp', port: 7_000 }] as const;
  bench.ownHost().openFramePort({ interface: 'wire', leases }, keepIn(owned));
  const leased = connect(bench, 7_000);
  await bench.until(() => owned.length > 0);
  const other = connect(bench, 7_001);
  await bench.readable(other);
  t.is(getOption(other, socketOption.error), errno.ECONNREFUSED);
  t.is(getOption(leased, socketOption.error), 0);
  t.deepEqual(segmentsOf(seen), [{ port: 7_001, isReset: true }]);
  for (const fd of [leased, other]) closeDescriptor(fd);
});

test('a port is one process’s, and free again when that has gone, however it went', async (t) => {
  await using bench = new OwnBench();
  await bench.startDaemonProcess();
  const first = bench.ownHost('first');
  const other = bench.ownHost('other');
  listen(first, { port: 7_000 });
  t.throws(() => listen(other, { port: 7_000 }), { code: 'address-in-use' });
  first[Symbol.dispose]();
  await bench.eventually(() => isLeasable(other, 7_000));
  const program = bench.startEntry('run-program', bench.left);
  const { start } = bench.loop;
  const order = { id: 'echo', node: 'left', run: 'echo', settings: { port: 7_000 }, seed: 1 };
  program.say(JSON.stringify({ ...order, stack: 'own', start }));
  await program.hear();
  program.say(controlWord.begin);
  await bench.eventually(() => program.records.some((line) => line.includes('program.ready')));
  t.false(isLeasable(other, 7_000));
  t.true(program.child.kill('SIGKILL'));
  await bench.eventually(() => isLeasable(other, 7_000));
});

test('no port is leased of an address that the node has not', async (t) => {
  await using bench = new OwnBench();
  await bench.startDaemonProcess();
  const host = bench.ownHost();
  t.throws(() => listen(host, { port: 7_000, address: rightAddress[4] }), {
    code: 'not-our-address',
  });
});

test('what a process sends and hears passes by the daemon, which may be stopped meanwhile', async (t) => {
  await using bench = new OwnBench();
  const daemon = await bench.startDaemonProcess();
  const own = listen(bench.ownHost(), { port: 7_000 });
  const kernel = listen(bench.kernelHost(), { port: 7_000 });
  const say = () => own.socket.send(payload, { address: rightAddress[4], port: 7_000 });
  say();
  await bench.until(() => kernel.heard.length === 1);
  daemon.child.kill('SIGSTOP');
  t.is(say(), 'sent');
  await bench.until(() => kernel.heard.length === 2);
  kernel.socket.send(payload, { address: leftAddress[4], port: 7_000 });
  await bench.until(() => own.heard.length === 1);
  t.deepEqual(own.heard, ['hello']);
  daemon.child.kill('SIGCONT');
});

test('the death of the daemon is a value: interfaces are down, and sends say so', async (t) => {
  await using bench = new OwnBench();
  const daemon = await bench.startDaemonProcess();
  const host = bench.ownHost();
  const { socket } = listen(host);
  const seen: boolean[] = [];
  host.interfaces.onChange(({ up }) => seen.push(up));
  t.is(socket.send(payload, { address: rightAddress[4], port: 7_000 }), 'sent');
  daemon.child.kill('SIGKILL');
  await bench.until(() => seen.length > 0);
  t.deepEqual(seen, [false]);
  t.true(bench.ownRecords.some((line) => line.includes('"kind":"interface-daemon.gone"')));
  t.not(socket.send(payload, { address: rightAddress[4], port: 7_000 }), 'sent');
  t.throws(() => listen(host), { code: 'interface-daemon-gone' });
});

test('a host without a daemon on its node is a fault that says so', async (t) => {
  await using bench = new OwnBench();
  const error = t.throws(() => bench.ownHost(), { code: 'interface-daemon-gone' })!;
  t.is(error.message, 'left has no interface daemon, or has it no more');
});

test('two processes of a node talk by its address, and hear where nobody listens', async (t) => {
  await using bench = new OwnBench();
  await bench.startDaemonProcess();
  const [one, other] = [
    listen(bench.ownHost('one'), { port: 7_000 }),
    listen(bench.ownHost('other')),
  ];
  other.socket.send(payload, { address: leftAddress[4], port: 7_000 });
  other.socket.send(payload, { address: leftAddress[4], port: 7_009 });
  await bench.until(() => one.heard.length > 0 && other.errors.length > 0);
  t.like(other.errors[0], { kind: 'port-unreachable', reporter: leftAddress[4] });
});

test('a process and an unmodified application of one node talk by its address', async (t) => {
  await using bench = new OwnBench();
  await bench.startDaemonProcess({ ...bench.order, applications });
  const own = listen(bench.ownHost(), { port: 7_000 });
  const application = listen(bench.kernelHost('left'), { port: 7_001 });
  application.socket.send(payload, { address: leftAddress[4], port: 7_000 });
  own.socket.send(payload, { address: leftAddress[4], port: 7_001 });
  await bench.until(() => own.heard.length === 1 && application.heard.length === 1);
  t.deepEqual([own.errors, application.errors], [[], []]);
});

test('a link that becomes narrower is known to processes: what may not be cut is too long', async (t) => {
  await using bench = new OwnBench();
  await bench.startDaemonProcess();
  const host = bench.ownHost();
  const { socket } = listen(host);
  const kernel = listen(bench.kernelHost(), { port: 7_000 });
  const to = { address: rightAddress[4], port: 7_000 };
  const send = () => socket.send(new Uint8Array(1_400), to, { dontFragment: true });
  t.is(send(), 'sent');
  bench.setMtu(1_300);
  await bench.until(() => host.interfaces.find('wire')!.mtuBytes === 1_300);
  t.is(send(), 'message-too-long');
  t.is(socket.send(new Uint8Array(1_400), to), 'sent');
  await bench.until(() => kernel.heard.length === 2);
  t.is(kernel.heard.length, 2);
});

test('a neighbour’s new MAC is known to processes at once', async (t) => {
  await using bench = new OwnBench();
  const daemon = await bench.startDaemonProcess();
  const own = listen(bench.ownHost());
  const kernel = listen(bench.kernelHost(), { port: 7_000 });
  const to = { address: rightAddress[4], port: 7_000 };
  own.socket.send(payload, to);
  await bench.until(() => kernel.heard.length === 1);
  announceNewMac(bench, 0x0200_0000_0077 as Mac);
  await bench.eventually(() => daemon.records.some((line) => line.includes('"changed"')));
  // It has told all of it before it answers a question.
  bench.ownHost('asker');
  await bench.turn();
  own.socket.send(payload, to);
  await bench.eventually(() => kernel.heard.length === 2);
  t.is(kernel.heard.length, 2);
});

/** As a kernel does that is told to (arp_notify). */
function announceNewMac(bench: OwnBench, mac: Mac): void {
  runInNamespace(bench.right, () => {
    writeFileSync('/proc/sys/net/ipv4/conf/cable/arp_notify', '1');
    using socket = new RouteSocket();
    socket.apply([changeLink('cable', { mac })]);
  });
}
