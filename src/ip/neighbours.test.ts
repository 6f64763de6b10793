import test from 'ava';
import { bytesOf, readU16, writeU16 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import { parseArp } from '../wire/arp.ts';
import { etherType, parseEthernet } from '../wire/ethernet.ts';
import { icmpv6Checksum, icmpv6Type, parseIcmpv6 } from '../wire/icmpv6.ts';
import { isMalformed } from '../wire/malformed.ts';
import { sendDatagram } from './datagram-output.ts';
import { bindDatagramSocket } from './datagram-sockets.ts';
import { announce, setInterfaceUp } from './interfaces.ts';
import { neighbourAt } from './neighbour-table.ts';
import { askNeighbour } from './neighbours.ts';
import { macOf } from './solicit.ts';
import {
  addNode,
  at,
  connect,
  countPool,
  createTestNet,
  discards,
  ip,
  payload,
  run,
  type TestNet,
  type TestNode,
  type TestWire,
  testMac,
} from './testing-wire.ts';

const addresses = { left: '10.0.0.1/24 2001:db8::1/64', right: '10.0.0.2/24 2001:db8::2/64' };
const rights = { 4: '10.0.0.2', 6: '2001:db8::2' } as const;
const nobodies = { 4: '10.0.0.9', 6: '2001:db8::9' } as const;

function pair() {
  const net = createTestNet();
  const left = addNode(net, 'left', { addresses: [addresses.left] });
  const right = addNode(net, 'right', { addresses: [addresses.right] });
  const wire = connect(net, [left, 0], [right, 0]);
  for (const family of [4, 6] as const) {
    bindDatagramSocket(left.machine, family, { family, port: 4_000 });
    bindDatagramSocket(right.machine, family, { family, port: 5_000 });
  }
  return { net, left, right, wire };
}

function send(net: TestNet, from: TestNode, family: 4 | 6, to: string, bytes = 10) {
  const { machine, sink } = from;
  return sendDatagram(machine, net.nowNs, family, payload(bytes), at(to, 5_000), {}, sink);
}

/** The questions that went over the wire: when, and to which MAC. */
function questions(wire: TestWire, from: string): { atNs: number; to: Mac }[] {
  return wire.seen
    .filter((frame) => frame.from === from && isQuestion(frame.bytes))
    .map(({ atNs, bytes }) => {
      const header = parseEthernet(bytes, 0, bytes.length);
      return { atNs, to: isMalformed(header) ? (0 as Mac) : header.destination };
    });
}

function isQuestion(bytes: Uint8Array): boolean {
  if (readU16(bytes, 12) === etherType.arp) {
    const arp = parseArp(bytes, 14, bytes.length);
    return !isMalformed(arp) && arp.operation === 'request';
  }
  return readU16(bytes, 12) === etherType.ipv6 && bytes[54] === icmpv6Type.neighborSolicitation;
}

for (const family of [4, 6] as const) {
  const groupMac = { 4: 0xffff_ffff_ffff, 6: 0x3333_ff00_0002 }[family];

  test(`IPv${family}: the first packet waits for one question to the group, then all go`, (t) => {
    const { net, left, right, wire } = pair();
    for (let count = 0; count < 3; count++) send(net, left, family, rights[family]);
    run(net, 10 * nsPerMs);
    t.deepEqual(questions(wire, 'left'), [{ atNs: 0, to: groupMac as Mac }]);
    t.deepEqual(questions(wire, 'right'), [], 'who is asked learns who asks');
    t.is(right.datagrams.length, 3);
    t.is(left.machine.deadlineNs, never);
  });

  test(`IPv${family}: a lost question is asked again after a second, three times in all`, (t) => {
    const { net, left, wire } = pair();
    send(net, left, family, nobodies[family]);
    run(net, 10 * nsPerSecond);
    const times = questions(wire, 'left').map(({ atNs }) => atNs / nsPerSecond);
    t.deepEqual(times, [0, 1, 2]);
    t.is(left.errors.length, 1);
    t.is(left.errors[0]!.arrival.kind, 'host-unreachable');
    t.deepEqual(left.errors[0]!.arrival.destination, at(nobodies[family], 5_000));
    t.is(left.machine.deadlineNs, never);
  });

  test(`IPv${family}: a question that is answered the second time loses nothing`, (t) => {
    const { net, left, right, wire } = pair();
    wire.loses = () => net.nowNs < nsPerSecond;
    send(net, left, family, rights[family]);
    run(net, 2 * nsPerSecond);
    t.is(right.datagrams.length, 1);
    t.deepEqual(left.errors, []);
  });

  test(`IPv${family}: at most 64 packets wait; the oldest give way`, (t) => {
    const { net, left, right } = pair();
    for (let count = 0; count < 70; count++) send(net, left, family, rights[family], count);
    run(net, 10 * nsPerMs);
    const lengths = right.datagrams.map(({ arrival }) => arrival.payload.length);
    t.deepEqual(
      lengths,
      Array.from({ length: 64 }, (_, index) => index + 6),
    );
    t.is(discards(left, 'too many packets wait for a neighbour'), 6);
  });

  test(`IPv${family}: an entry that went stale is used at once and probed by unicast 5 s later`, (t) => {
    const { net, left, right, wire } = pair();
    send(net, left, family, rights[family]);
    run(net, 31 * nsPerSecond);
    send(net, left, family, rights[family]);
    run(net, 10 * nsPerSecond);
    t.is(right.datagrams.length, 2);
    const [, probe, ...others] = questions(wire, 'left');
    t.deepEqual(probe, { atNs: 36 * nsPerSecond, to: testMac(2, 0) });
    t.deepEqual(others, []);
    t.is(left.machine.deadlineNs, never, 'the answer confirmed it');
  });

  test(`IPv${family}: who sends by himself asks without a packet, and hears of the answer or of none`, (t) => {
    const { net, left, wire } = pair();
    const ask = (address: string) => {
      const neighbour = neighbourAt(left.machine, left.machine.interfaces[0]!, ip(address));
      return { neighbour, isFresh: askNeighbour(left.machine, net.nowNs, neighbour, left.sink) };
    };
    const [right, nobody] = [ask(rights[family]), ask(nobodies[family])];
    t.false(right.isFresh || nobody.isFresh);
    run(net, 10 * nsPerSecond);
    t.deepEqual([right.neighbour.state, nobody.neighbour.state], ['reachable', 'unknown']);
    t.is(questions(wire, 'left').length, 1 + 3);
    t.true(ask(rights[family]).isFresh);
    run(net, 31 * nsPerSecond);
    t.false(ask(rights[family]).isFresh);
    t.is(questions(wire, 'left').at(-1)!.to, testMac(2, 0), 'a stale entry is probed at once');
    run(net, nsPerSecond);
    t.true(ask(rights[family]).isFresh);
  });

  test(`IPv${family}: an entry that is still fresh is not probed`, (t) => {
    const { net, left, wire } = pair();
    send(net, left, family, rights[family]);
    run(net, 29 * nsPerSecond);
    send(net, left, family, rights[family]);
    run(net, 20 * nsPerSecond);
    t.is(questions(wire, 'left').length, 1);
  });

  test(`IPv${family}: a neighbour that no longer answers probes is asked for anew`, (t) => {
    const { net, left, right, wire } = pair();
    send(net, left, family, rights[family]);
    run(net, 31 * nsPerSecond);
    setInterfaceUp(right.machine, net.nowNs, 0, false, right.sink);
    send(net, left, family, rights[family]);
    run(net, 10 * nsPerSecond);
    setInterfaceUp(right.machine, net.nowNs, 0, true, right.sink);
    send(net, left, family, rights[family]);
    run(net, nsPerSecond);
    t.is(right.datagrams.length, 2, 'the first and the last');
    const toGroup = questions(wire, 'left').filter(({ to }) => to === groupMac);
    t.deepEqual(
      toGroup.map(({ atNs }) => atNs / nsPerSecond),
      [0, 41],
    );
  });

  test(`IPv${family}: an announcement moves an address to another MAC; without it packets go astray`, (t) => {
    for (const announces of [true, false]) {
      const { net, left, right, wire } = pair();
      const spare = addNode(net, 'spare', { addresses: [addresses.right] });
      net.wires[0] = { ...wire, ends: [...wire.ends, [spare, 0]] };
      bindDatagramSocket(spare.machine, family, { family, port: 5_000 });
      setInterfaceUp(spare.machine, 0, 0, false, spare.sink);
      send(net, left, family, rights[family]);
      run(net, nsPerSecond);
      setInterfaceUp(right.machine, net.nowNs, 0, false, right.sink);
      setInterfaceUp(spare.machine, net.nowNs, 0, true, spare.sink);
      if (announces) announce(spare.machine, net.nowNs, 0, spare.sink);
      run(net, nsPerSecond);
      send(net, left, family, rights[family]);
      run(net, nsPerSecond);
      t.is(spare.datagrams.length, announces ? 1 : 0);
    }
  });
}

for (const family of [4, 6] as const) {
  test(`IPv${family}: what was only overheard is used, and probed 5 s after the first use`, (t) => {
    const { net, left, right, wire } = pair();
    send(net, left, family, rights[family]);
    run(net, nsPerSecond);
    const before = questions(wire, 'left').length;
    send(net, right, family, { 4: '10.0.0.1', 6: '2001:db8::1' }[family]);
    run(net, 20 * nsPerSecond);
    t.deepEqual(questions(wire, 'right'), [{ atNs: 6 * nsPerSecond, to: testMac(1, 0) }]);
    t.is(questions(wire, 'left').length, before, 'the control: left had an answer');
  });
}

/** An advertisement for the right one's address with flags, and with another MAC. */
function advertisementOf(flags: number): Uint8Array {
  const bytes = new Uint8Array(14 + 40 + 32);
  bytes.set(bytesOf('020000000100 020000000900 86dd 60000000 0020 3a ff'));
  bytes.set(bytesOf('20010db8000000000000000000000002 20010db8000000000000000000000001'), 22);
  bytes.set(bytesOf(`8800 0000 ${flags.toString(16).padStart(2, '0')}000000`), 54);
  bytes.set(bytesOf('20010db8000000000000000000000002 0201 020000000900'), 62);
  writeU16(bytes, 56, icmpv6Checksum(bytes, 14, 54, bytes.length));
  return bytes;
}

test('an advertisement that does not override makes the entry stale and leaves the MAC (RFC 4861 7.2.5)', (t) => {
  for (const [flags, state, mac] of [
    [0x00, 'stale', testMac(2, 0)],
    [0x40, 'stale', testMac(2, 0)],
    [0x20, 'stale', testMac(9, 0)],
    [0x60, 'reachable', testMac(9, 0)],
  ] as const) {
    const { net, left, right } = pair();
    send(net, left, 6, rights[6]);
    run(net, nsPerSecond);
    const neighbour = left.machine.interfaces[0]!.neighbours.get(ip(rights[6]))!;
    t.is(neighbour.state, 'reachable');
    const bytes = advertisementOf(flags);
    right.sink.transmit(0, { bytes, length: bytes.length });
    run(net, nsPerSecond);
    t.is(neighbour.state, state, `flags ${flags}`);
    t.is(macOf(neighbour), mac, `flags ${flags}`);
  }
});

test('an announcement makes no entry where nobody asked for one', (t) => {
  const { net, left, right } = pair();
  announce(right.machine, 0, 0, right.sink);
  run(net, nsPerSecond);
  t.is(left.machine.interfaces[0]!.neighbours.size, 0);
});

test('going down forgets the neighbours and what waits for them', (t) => {
  const { net, left, right, wire } = pair();
  send(net, left, 4, rights[4]);
  run(net, nsPerSecond);
  const countLost = countPool(net);
  send(net, left, 4, nobodies[4]);
  setInterfaceUp(left.machine, net.nowNs, 0, false, left.sink);
  t.is(left.machine.deadlineNs, never);
  run(net, nsPerSecond);
  t.is(countLost(), 0);
  t.is(send(net, left, 4, rights[4]), 'no-route');
  setInterfaceUp(left.machine, net.nowNs, 0, true, left.sink);
  send(net, left, 4, rights[4]);
  run(net, nsPerSecond);
  t.is(right.datagrams.length, 2);
  t.is(questions(wire, 'left').length, 3, 'one for each neighbour, one after coming up');
});

test('an answer for an address that was not asked for is not believed', (t) => {
  const { net, left, right } = pair();
  const bytes = bytesOf(
    '020000000100 020000000200 0806 0001 0800 0604 0002 020000000200 0a000007 020000000100 0a000001',
  );
  right.sink.transmit(0, { bytes, length: bytes.length });
  run(net, nsPerSecond);
  t.false(left.machine.interfaces[0]!.neighbours.has(ip('10.0.0.7')));
});

test('somebody who claims our address is told of and not learnt', (t) => {
  const net = createTestNet();
  const one = addNode(net, 'one', { addresses: ['10.0.0.1/24 2001:db8::1/64'] });
  const two = addNode(net, 'two', { addresses: ['10.0.0.1/24 2001:db8::1/64'] });
  connect(net, [one, 0], [two, 0]);
  announce(two.machine, 0, 0, two.sink);
  run(net, nsPerSecond);
  const conflicts = one.records.filter(({ kind }) => kind === 'ip.address-conflict');
  t.deepEqual(
    conflicts.map(({ fields }) => fields['address']),
    ['10.0.0.1', '2001:db8::1'],
  );
});

test('neighbor discovery that passed a router is not heeded', (t) => {
  const { net, left, right, wire } = pair();
  send(net, left, 6, rights[6]);
  run(net, nsPerSecond);
  const asked = wire.seen.find(({ bytes }) => isQuestion(bytes))!;
  const forged = asked.bytes.slice();
  forged[21] = 254;
  const before = wire.seen.length;
  left.sink.transmit(0, { bytes: forged, length: forged.length });
  run(net, nsPerSecond);
  t.is(wire.seen.length, before + 1, 'no answer');
  t.is(discards(right, 'ND: the hop limit is not 255'), 1);
  t.false(isMalformed(parseIcmpv6(asked.bytes, 54, asked.bytes.length)));
});
