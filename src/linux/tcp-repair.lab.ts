import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import { parseIp } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import { closeDescriptor, waitReadable } from './descriptor.ts';
import { changeLink } from './link.ts';
import { addAddress } from './link-address.ts';
import { NetworkNamespace, runInNamespace } from './network-namespace.ts';
import { openProcess, takeDescriptor } from './pidfd.ts';
import { RouteSocket } from './route-socket.ts';
import {
  bindSocket,
  connectSocket,
  getOption,
  listenSocket,
  openSocket,
  socketOption,
} from './socket.ts';
import { addressFamily } from './socket-address.ts';
import {
  acceptSocket,
  informOf,
  receiveStream,
  sendStream,
  waitingBytes,
} from './stream-socket.ts';
import { errno } from './system-call.ts';
import {
  closeSilently,
  dumpConnection,
  type KernelConnection,
  restoreConnection,
  resumeConnection,
} from './tcp-repair.ts';
import { linkOf, TestCable, labTest as test } from './testing-lab.ts';

const port = 7_000;
const addresses = {
  4: { own: parseIp('192.0.2.1')!, prefixes: ['192.0.2.1/24'] },
  6: { own: parseIp('2001:db8:1::1')!, prefixes: ['2001:db8:1::1/64'] },
} as const;

/** A service's connection on the left, and its peer's on the right. */
class Talk implements Disposable {
  readonly cable = new TestCable();
  readonly served: number;
  readonly peer: number;

  constructor(family: 4 | 6 = 4) {
    const address = addresses[family].own;
    const kind = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
    const listener = runInNamespace(this.cable.left, () => openSocket(kind, 'stream'));
    bindSocket(listener, { address, port });
    listenSocket(listener, 1);
    this.peer = runInNamespace(this.cable.right, () => openSocket(kind, 'stream'));
    connectSocket(this.peer, { address, port });
    waitReadable(listener, 5_000);
    this.served = acceptSocket(listener)!.fd;
    closeDescriptor(listener);
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.peer);
    this.cable[Symbol.dispose]();
  }
}

/** Nothing of the service leaves there: neither what it says nor a reset by a kernel that does not know of it. */
function shutGate(namespace: NetworkNamespace): void {
  const rules = `table inet gate { chain out { type filter hook output priority 0; tcp sport ${port} drop; }; }`;
  runInNamespace(namespace, () => execFileSync('/usr/sbin/nft', ['-f', '-'], { input: rules }));
}

function openGate(namespace: NetworkNamespace): void {
  runInNamespace(namespace, () =>
    execFileSync('/usr/sbin/nft', ['delete', 'table', 'inet', 'gate']),
  );
}

function say(fd: number, text: string): void {
  sendStream(fd, new TextEncoder().encode(text));
}

/** So many bytes, however they come. */
function hear(t: ExecutionContext, fd: number, length: number): string {
  const heard = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    if (!waitReadable(fd, 10_000)) t.fail(`${at} of ${length} bytes came`);
    const came = receiveStream(fd, heard.subarray(at));
    if (came <= 0) t.fail(`ended after ${at} of ${length} bytes: ${came}`);
    at += came;
  }
  return new TextDecoder().decode(heard);
}

function untilWaits(fd: number, length: number): void {
  while (waitingBytes(fd) < length) waitReadable(fd, 10);
}

/** As it would be on another machine. */
function copyOf(saved: KernelConnection): KernelConnection {
  const { unread, unacknowledged, ...rest } = saved;
  const copied = JSON.parse(JSON.stringify(rest));
  return { ...copied, unread: unread.slice(), unacknowledged: unacknowledged.slice() };
}

for (const family of [4, 6] as const) {
  test(`system 3.8, IPv${family}: the kernel's connection goes on in another socket, with what was unread, unsent and said meanwhile`, (t) => {
    using talk = new Talk(family);
    const { cable, peer, served } = talk;
    say(peer, 'one.');
    t.is(hear(t, served, 4), 'one.');
    say(peer, 'two.');
    untilWaits(served, 4);
    shutGate(cable.left);
    say(served, 'three.');
    const begunMs = performance.now();
    const saved = dumpConnection(served);
    const dumpedMs = performance.now();
    closeSilently(served);
    t.is(new TextDecoder().decode(saved.unread), 'two.');
    t.is(new TextDecoder().decode(saved.unacknowledged), 'three.');
    say(peer, 'four.');
    const restoringMs = performance.now();
    const again = runInNamespace(cable.left, () => restoreConnection(copyOf(saved)));
    const restoredMs = performance.now();
    openGate(cable.left);
    t.is(hear(t, again, 9), 'two.four.');
    t.is(hear(t, peer, 6), 'three.');
    say(again, 'five.');
    t.is(hear(t, peer, 5), 'five.');
    t.is(getOption(peer, socketOption.error), 0);
    const us = (ms: number) => Math.round(ms * 1_000);
    t.log(`dumped in ${us(dumpedMs - begunMs)} µs, restored in ${us(restoredMs - restoringMs)} µs`);
    closeDescriptor(again);
  });
}

for (const isGated of [true, false]) {
  const what = isGated
    ? 'system 3.8: a gate keeps the kernel from acknowledging what only its machine has: another machine goes on with all'
    : 'system 3.8, control: without the gate what the kernel acknowledged is lost with its machine';
  test(what, (t) => {
    using talk = new Talk();
    const { cable, peer, served } = talk;
    using standby = NetworkNamespace.create();
    say(served, 'before.');
    t.is(hear(t, peer, 7), 'before.');
    const backup = copyOf(dumpConnection(served));
    resumeConnection(served);
    if (isGated) holdAcknowledgments(cable.left, backup.receiveNext);
    say(peer, 'meanwhile.');
    untilWaits(served, 10);
    while (!isGated && informOf(peer).acknowledgedBytes < 10) waitReadable(peer, 10);
    shutGate(standby);
    moveLink(cable, standby);
    const again = runInNamespace(standby, () => restoreConnection(backup));
    openGate(standby);
    if (isGated) t.is(hear(t, again, 10), 'meanwhile.');
    else t.false(waitReadable(again, 1_000));
    say(again, 'after.');
    t.is(hear(t, peer, 6), 'after.');
    for (const fd of [served, again]) closeDescriptor(fd);
  });
}

/** The kernel acknowledges what arrives at once; beyond what was backed up that does not leave. */
function holdAcknowledgments(namespace: NetworkNamespace, backedUpTo: number): void {
  const rule = `tcp sport ${port} tcp ackseq > ${backedUpTo} drop`;
  const rules = `table inet gate { chain out { type filter hook output priority 0; ${rule}; }; }`;
  runInNamespace(namespace, () => execFileSync('/usr/sbin/nft', ['-f', '-'], { input: rules }));
}

/** The same card, address and all, in another machine. */
function moveLink(cable: TestCable, standby: NetworkNamespace): void {
  using before = cable.socketOn('left');
  const { mac } = linkOf(before, 'cable')!;
  before.apply([changeLink('cable', { namespaceFd: standby.fd })]);
  using after = runInNamespace(standby, () => new RouteSocket());
  const { index } = linkOf(after, 'cable')!;
  after.apply([
    changeLink(index, { mac, up: true }),
    addAddress(index, parsePrefix(addresses[4].prefixes[0])!),
  ]);
  cable.waitUntilRunning('right');
}

test('what was dumped and not closed goes on where it is', (t) => {
  using talk = new Talk();
  const { peer, served } = talk;
  dumpConnection(served);
  resumeConnection(served);
  say(served, 'here.');
  t.is(hear(t, peer, 5), 'here.');
  say(peer, 'there.');
  t.is(hear(t, served, 6), 'there.');
  closeDescriptor(served);
});

test('system 3.8, control: without the gate the kernel resets what it does not know', (t) => {
  using talk = new Talk();
  const { peer, served } = talk;
  dumpConnection(served);
  closeSilently(served);
  say(peer, 'is anybody there?');
  waitReadable(peer, 5_000);
  t.is(getOption(peer, socketOption.error), errno.ECONNRESET);
});

/** It accepts one connection, says which descriptor it has, and reads nothing. */
const active = `
  const server = require('node:net').createServer({ pauseOnConnect: true }, (socket) => {
    console.log('fd ' + socket._handle.fd);
  });
  server.listen(${port}, () => console.log('listening'));
`;

async function serveByProcess(cable: TestCable) {
  const child = runInNamespace(cable.left, () =>
    spawn(process.execPath, ['-e', active], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const peer = runInNamespace(cable.right, () => openSocket(addressFamily.ipv4, 'stream'));
  connectSocket(peer, { address: addresses[4].own, port });
  const { value } = await lines.next();
  return { child, peer, fd: Number(value!.split(' ')[1]) };
}

for (const isGuarded of [true, false]) {
  const what = isGuarded
    ? 'system 3.8: a guardian with a duplicate goes on when the process is killed: unread bytes, and no reset'
    : 'system 3.8, control: without a guardian the death of the process is a reset';
  test(what, async (t) => {
    using cable = new TestCable();
    const { child, peer, fd } = await serveByProcess(cable);
    const processFd = openProcess(child.pid!);
    const guarded = takeDescriptor(processFd, fd);
    say(peer, 'unread.');
    untilWaits(guarded, 7);
    if (!isGuarded) closeDescriptor(guarded);
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (isGuarded) {
      t.is(hear(t, guarded, 7), 'unread.');
      say(guarded, 'answered.');
      t.is(hear(t, peer, 9), 'answered.');
      closeDescriptor(guarded);
    } else {
      waitReadable(peer, 5_000);
      t.is(receiveStream(peer, new Uint8Array(1)), -errno.ECONNRESET);
    }
    for (const one of [peer, processFd]) closeDescriptor(one);
  });
}
