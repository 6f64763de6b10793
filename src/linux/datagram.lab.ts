import type { ExecutionContext } from 'ava';
import { type Endpoint, type Ip, parseIp } from '../base/address.ts';
import {
  type ArrivalFacts,
  readArrivalFacts,
  readExtendedError,
  writeSource,
  writeTtl,
} from './control-message.ts';
import { closeDescriptor, waitReadable } from './descriptor.ts';
import { MessageBatch, messageFlag } from './message-batch.ts';
import { type NetworkNamespace, runInNamespace } from './network-namespace.ts';
import {
  attachFilter,
  bindSocket,
  bindToInterface,
  getOption,
  localEndpoint,
  mtuDiscovery,
  openSocket,
  setOption,
  socketOption,
} from './socket.ts';
import { addressFamily } from './socket-address.ts';
import { errno, SystemCallError } from './system-call.ts';
import { TestCable, labTest as test } from './testing-lab.ts';

const ipOf = (text: string): Ip => parseIp(text)!;
const left = { 4: ipOf('192.0.2.1'), 6: ipOf('2001:db8:1::1') };
const right = { 4: ipOf('192.0.2.2'), 6: ipOf('2001:db8:1::2') };
const any = { 4: ipOf('0.0.0.0'), 6: ipOf('::') };
const families = [4, 6] as const;

class TestSocket implements Disposable {
  readonly fd: number;

  constructor(namespace: NetworkNamespace, family: 4 | 6, port = 0) {
    const number = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
    this.fd = runInNamespace(namespace, () => openSocket(number, 'datagram'));
    for (const option of asked[family]) setOption(this.fd, option, 1);
    setOption(this.fd, socketOption.timestampNs, 1);
    bindSocket(this.fd, { address: any[family], port });
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.fd);
  }
}

const asked = {
  4: [socketOption.ipPacketInfo, socketOption.ipReceiveTtl, socketOption.ipReceiveErrors],
  6: [
    socketOption.ipv6Only,
    socketOption.ipv6ReceivePacketInfo,
    socketOption.ipv6ReceiveHopLimit,
    socketOption.ipv6ReceiveErrors,
  ],
};

function receiveOne(t: ExecutionContext, fd: number, batch: MessageBatch): ArrivalFacts {
  t.true(waitReadable(fd, 5_000));
  t.is(batch.receive(fd), 1);
  const facts: ArrivalFacts = {
    destination: any[4],
    interfaceIndex: 0,
    ttl: 0,
    seconds: 0,
    nanoseconds: 0,
  };
  readArrivalFacts(batch.control, batch.controlAt(0), batch.controlEnd(0), facts);
  return facts;
}

for (const family of families) {
  test(`a datagram says where it came from, went to, by which link and with which TTL, over IPv${family}`, (t) => {
    using cable = new TestCable();
    using sender = new TestSocket(cable.left, family, 7_100);
    using receiver = new TestSocket(cable.right, family, 7_000);
    const batch = new MessageBatch(4, 2_048);
    const end = writeTtl(batch.control, batch.controlAt(0), family, 9);
    const to = { address: right[family], port: 7_000 };
    batch.put(0, Uint8Array.of(1, 2, 3), to, end - batch.controlAt(0));
    t.is(batch.sendFirst(sender.fd), 3);
    const before = Math.floor(Date.now() / 1_000);
    const facts = receiveOne(t, receiver.fd, batch);
    t.deepEqual([...batch.payload(0)], [1, 2, 3]);
    t.deepEqual(batch.peer(0), { address: left[family], port: 7_100 });
    t.like(facts, {
      destination: right[family],
      interfaceIndex: cable.indexOn('right'),
      ttl: 9,
    });
    t.true(Math.abs(facts.seconds - before) < 60);
  });

  test(`the sender of a datagram nobody takes reads the ICMP error, over IPv${family}`, (t) => {
    using cable = new TestCable();
    using sender = new TestSocket(cable.left, family);
    const batch = new MessageBatch(1, 2_048);
    const to: Endpoint = { address: right[family], port: 7_999 };
    batch.put(0, Uint8Array.of(1), to);
    t.is(batch.sendFirst(sender.fd), 1);
    t.true(waitReadable(sender.fd, 5_000) || t.fail());
    t.is(batch.receive(sender.fd, messageFlag.errorQueue | messageFlag.dontWait), 1);
    const error = readExtendedError(batch.control, batch.controlAt(0), batch.controlEnd(0))!;
    const port =
      family === 4 ? { origin: 'icmp', type: 3, code: 3 } : { origin: 'icmpv6', type: 1, code: 4 };
    t.like(error, { errno: errno.ECONNREFUSED, ...port });
    t.is(error.offender!.address, right[family]);
    t.deepEqual(batch.peer(0), to);
  });

  test(`a source that is not of this machine is refused, one that is goes out, over IPv${family}`, (t) => {
    using cable = new TestCable();
    using sender = new TestSocket(cable.left, family);
    using receiver = new TestSocket(cable.right, family, 7_000);
    const batch = new MessageBatch(1, 2_048);
    const to = { address: right[family], port: 7_000 };
    const sendFrom = (source: Ip) => {
      const end = writeSource(batch.control, batch.controlAt(0), source);
      batch.put(0, Uint8Array.of(1), to, end - batch.controlAt(0));
      return batch.sendFirst(sender.fd);
    };
    t.true(sendFrom(right[family]) < 0);
    t.is(sendFrom(left[family]), 1);
    receiveOne(t, receiver.fd, batch);
  });
}

test('forty datagrams go in one call and come in one', (t) => {
  using cable = new TestCable();
  using sender = new TestSocket(cable.left, 4);
  using receiver = new TestSocket(cable.right, 4, 7_000);
  const batch = new MessageBatch(40, 64);
  const to = { address: right[4], port: 7_000 };
  for (let slot = 0; slot < 40; slot++) batch.put(slot, Uint8Array.of(slot), to);
  t.is(batch.send(sender.fd, 40), 40);
  const seen: number[] = [];
  while (seen.length < 40) {
    t.true(waitReadable(receiver.fd, 5_000));
    const count = batch.receive(receiver.fd);
    for (let slot = 0; slot < count; slot++) seen.push(batch.payload(slot)[0]!);
  }
  t.deepEqual(
    seen,
    Array.from({ length: 40 }, (_, slot) => slot),
  );
  t.is(batch.receive(receiver.fd), -errno.EAGAIN);
});

test('with path MTU discovery a datagram over the MTU is refused, without it is cut', (t) => {
  using cable = new TestCable();
  using sender = new TestSocket(cable.left, 4);
  const batch = new MessageBatch(1, 4_096);
  const to = { address: right[4], port: 7_000 };
  for (const [mode, outcome] of [
    [mtuDiscovery.probe, -errno.EMSGSIZE],
    [mtuDiscovery.off, 1_473],
  ] as const) {
    setOption(sender.fd, socketOption.ipMtuDiscover, mode);
    t.is(getOption(sender.fd, socketOption.ipMtuDiscover), mode);
    batch.put(0, new Uint8Array(1_473), to);
    t.is(batch.sendFirst(sender.fd), outcome);
  }
});

test('what is longer than its slot is cut, and says so', (t) => {
  using cable = new TestCable();
  using sender = new TestSocket(cable.left, 4);
  using receiver = new TestSocket(cable.right, 4, 7_000);
  const large = new MessageBatch(1, 100);
  large.put(0, new Uint8Array(100), { address: right[4], port: 7_000 });
  large.sendFirst(sender.fd);
  const small = new MessageBatch(1, 10);
  receiveOne(t, receiver.fd, small);
  t.is(small.payload(0).length, 10);
  t.true(small.isTruncated(0));
});

test('a socket that is bound to a link sends by it, whatever the routes say', (t) => {
  using cable = new TestCable();
  using sender = new TestSocket(cable.left, 4);
  using receiver = new TestSocket(cable.right, 4, 7_000);
  const batch = new MessageBatch(1, 64);
  for (const name of ['lo', 'cable']) {
    bindToInterface(sender.fd, name);
    batch.put(0, new TextEncoder().encode(name), { address: right[4], port: 7_000 });
    batch.sendFirst(sender.fd);
  }
  receiveOne(t, receiver.fd, batch);
  t.is(new TextDecoder().decode(batch.payload(0)), 'cable');
  const unknown = () => bindToInterface(sender.fd, 'nowhere');
  t.is(t.throws(unknown, { instanceOf: SystemCallError })!.errno, errno.ENODEV);
});

test('a filter that lets nothing pass leaves the port silent', (t) => {
  using cable = new TestCable();
  using sender = new TestSocket(cable.left, 4);
  using deaf = new TestSocket(cable.right, 4, 7_000);
  using heard = new TestSocket(cable.right, 4, 7_001);
  attachFilter(deaf.fd, [{ code: 0x06, operand: 0 }]);
  const batch = new MessageBatch(2, 64);
  batch.put(0, Uint8Array.of(1), { address: right[4], port: 7_000 });
  batch.put(1, Uint8Array.of(2), { address: right[4], port: 7_001 });
  t.is(batch.send(sender.fd, 2), 2);
  receiveOne(t, heard.fd, batch);
  t.is(batch.receive(deaf.fd), -errno.EAGAIN);
});

test('a port is bound once, and an address must be of this machine', (t) => {
  using cable = new TestCable();
  using first = new TestSocket(cable.left, 4);
  const { port } = localEndpoint(first.fd);
  using second = new TestSocket(cable.left, 4);
  t.not(localEndpoint(second.fd).port, port);
  const fd = runInNamespace(cable.left, () => openSocket(addressFamily.ipv4, 'datagram'));
  t.is(bindSocket(fd, { address: any[4], port }), errno.EADDRINUSE);
  t.is(bindSocket(fd, { address: right[4], port: 0 }), errno.EADDRNOTAVAIL);
  closeDescriptor(fd);
});
