import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { writeU16 } from '../base/bytes.ts';
import { takeFrame } from '../base/frame.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { never, nsPerSecond } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { sendDatagram } from './datagram-output.ts';
import { bindDatagramSocket } from './datagram-sockets.ts';
import { receivePacket } from './machine.ts';
import {
  addNode,
  at,
  connect,
  countPool,
  createTestNet,
  discards,
  payload,
  run,
} from './testing-wire.ts';

const ends = { 4: ['10.0.0.1', '10.0.0.2'], 6: ['2001:db8::1', '2001:db8::2'] } as const;
const families = [4, 6] as const;
const timeoutsNs = { 4: 30 * nsPerSecond, 6: 60 * nsPerSecond } as const;

/** A sender whose packets the test takes off the line, and a receiver that it feeds them to. */
function taps(family: 4 | 6, mtuBytes: number) {
  const net = createTestNet();
  const plain = { pointToPoint: true, mtuBytes };
  const sender = addNode(net, 'sender', {
    addresses: [`${ends[family][0]}/${family === 4 ? 24 : 64}`],
    ...plain,
  });
  const receiver = addNode(net, 'receiver', {
    addresses: [`${ends[family][1]}/${family === 4 ? 24 : 64}`],
    ...plain,
  });
  const line = connect(net, [sender, 0]);
  const answers = connect(net, [receiver, 0]);
  bindDatagramSocket(sender.machine, 1, { family, port: 4_000 });
  bindDatagramSocket(receiver.machine, 2, { family, port: 5_000 });
  /** The packets of one datagram. */
  function cut(bytes: number): Uint8Array[] {
    const earlier = line.seen.length;
    const to = at(ends[family][1], 5_000);
    sendDatagram(sender.machine, 0, 1, payload(bytes), to, {}, sender.sink);
    return line.seen.slice(earlier).map((packet) => packet.bytes);
  }
  function feed(...packets: readonly Uint8Array[]): void {
    for (const each of packets) receivePacket(receiver.machine, net.nowNs, 0, each, receiver.sink);
  }
  return { net, receiver, answers, cut, feed, countLost: countPool(net) };
}

type Taps = ReturnType<typeof taps>;

/** Nothing is kept, and nothing was given back twice. */
function assertAtRest(t: ExecutionContext, { receiver, countLost }: Taps): void {
  const { machine } = receiver;
  t.is(machine.reassembly.datagrams.size, 0);
  t.is(machine.reassembly.heldBytes, 0);
  t.is(machine.deadlineNs, never);
  t.is(countLost(), 0);
}

for (const family of families) {
  test(`IPv${family}: fragments of any size, in any order, some twice, make up the datagram`, (t) => {
    const shape = fc.record({
      mtuBytes: fc.integer({ min: 68, max: 1_500 }),
      bytes: fc.integer({ min: 0, max: 9_000 }),
      order: fc.infiniteStream(fc.nat()),
      doubled: fc.nat(20),
    });
    const property = fc.property(shape, ({ mtuBytes, bytes, order, doubled }) => {
      const rig = taps(family, mtuBytes);
      const packets = rig.cut(bytes);
      t.true(packets.every((packet) => packet.length <= mtuBytes));
      const twice = packets.length > 1 ? packets.slice(1, 1 + doubled) : [];
      const shuffled = [...packets, ...twice]
        .map((packet) => ({ packet, key: order.next().value! }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ packet }) => packet);
      // A copy that comes after the whole is the first of a datagram that never comes.
      rig.feed(...shuffled);
      t.is(rig.receiver.datagrams.length, 1);
      t.deepEqual(rig.receiver.datagrams[0]!.arrival.payload, payload(bytes));
      run(rig.net, 100 * nsPerSecond);
      assertAtRest(t, rig);
    });
    fc.assert(property, propertyRuns(60));
  });

  test(`IPv${family}: without one of the fragments nothing arrives, whichever it is`, (t) => {
    const pieces = taps(family, 600).cut(2_000).length;
    for (let missing = 0; missing < pieces; missing++) {
      const rig = taps(family, 600);
      const packets = rig.cut(2_000);
      rig.feed(...packets.toSpliced(missing, 1));
      run(rig.net, 29 * nsPerSecond);
      t.is(rig.receiver.datagrams.length, 0);
      rig.feed(packets[missing]!);
      t.is(rig.receiver.datagrams.length, 1, 'the control: it was not too late');
      assertAtRest(t, rig);
    }
  });

  test(`IPv${family}: after ${timeoutsNs[family] / nsPerSecond} s the rest is let go, and the sender told if the first came`, (t) => {
    for (const missing of [0, 1]) {
      const rig = taps(family, 1_280);
      const packets = rig.cut(4_000);
      rig.feed(...packets.toSpliced(missing, 1));
      run(rig.net, timeoutsNs[family] - 1);
      t.is(rig.receiver.machine.reassembly.datagrams.size, 1);
      run(rig.net, 1);
      assertAtRest(t, rig);
      t.is(discards(rig.receiver, 'fragments are missing'), 1);
      t.is(rig.answers.seen.length, missing);
      if (missing === 0) continue;
      const message = rig.answers.seen[0]!.bytes.subarray(family === 4 ? 20 : 40);
      const timeExceededInReassembly = family === 4 ? [11, 1] : [3, 1];
      t.deepEqual([...message.subarray(0, 2)], timeExceededInReassembly);
    }
  });

  test(`IPv${family}: fragments that overlap are refused together with all of the datagram (RFC 5722)`, (t) => {
    const rig = taps(family, 600);
    const packets = rig.cut(2_000);
    const overlapping = shifted(family, packets[1]!, -8);
    rig.feed(packets[0]!, overlapping, ...packets.slice(1));
    t.is(rig.receiver.datagrams.length, 0);
    t.is(discards(rig.receiver, 'fragments overlap'), 1);
    t.is(rig.receiver.machine.reassembly.heldBytes, 0);
    rig.feed(...rig.cut(1_000));
    t.is(rig.receiver.datagrams.length, 1, 'the next datagram is another matter');
    run(rig.net, timeoutsNs[family]);
    assertAtRest(t, rig);
    t.is(rig.answers.seen.length, 0);
  });

  test(`IPv${family}: the same place with other bytes is an overlap too`, (t) => {
    const rig = taps(family, 600);
    const packets = rig.cut(2_000);
    const other = packets[1]!.slice();
    other[other.length - 1]! ^= 1;
    rig.feed(packets[0]!, packets[1]!, other, ...packets.slice(2));
    t.is(rig.receiver.datagrams.length, 0);
  });

  test(`IPv${family}: a fragment behind the last one is refused`, (t) => {
    const rig = taps(family, 600);
    const packets = rig.cut(2_000);
    rig.feed(packets.at(-1)!, shifted(family, packets[1]!, 8_000), ...packets.slice(0, -1));
    t.is(rig.receiver.datagrams.length, 0);
    t.is(discards(rig.receiver, 'fragments overlap'), 1);
    t.is(rig.receiver.machine.reassembly.heldBytes, 0);
  });

  test(`IPv${family}: unfinished datagrams hold 4 MiB at most; the oldest give way`, (t) => {
    const rig = taps(family, 600);
    const bytesEach = takeFrame(rig.net.pool, 576).bytes.length;
    for (let count = 0; count < 3_000; count++) rig.feed(rig.cut(600)[0]!);
    t.true(rig.receiver.machine.reassembly.heldBytes <= 4_194_304);
    t.true(
      discards(rig.receiver, 'too many fragments wait for others') >= 3_000 - 4_194_304 / bytesEach,
    );
    run(rig.net, timeoutsNs[family]);
    assertAtRest(t, rig);
  });

  test(`IPv${family}: a fragment that ends beyond 65535 bytes is not taken`, (t) => {
    const rig = taps(family, 600);
    rig.feed(shifted(family, rig.cut(2_000)[1]!, 64_640));
    t.is(discards(rig.receiver, 'a fragment beyond 65535 bytes'), 1);
    assertAtRest(t, rig);
  });

  test(`IPv${family}: datagrams whose fragments mingle are told apart`, (t) => {
    const rig = taps(family, 600);
    const [one, other] = [rig.cut(1_500), rig.cut(1_700)];
    rig.feed(
      ...one.flatMap((packet, index) => [packet, other[index]!]),
      ...other.slice(one.length),
    );
    const lengths = rig.receiver.datagrams.map(({ arrival }) => arrival.payload.length);
    t.deepEqual(lengths, [1_500, 1_700]);
  });
}

/** The same fragment, said to stand elsewhere. */
function shifted(family: 4 | 6, packet: Uint8Array, byBytes: number): Uint8Array {
  const bytes = packet.slice();
  const fieldAt = family === 4 ? 6 : 42;
  const unit = family === 4 ? 8 : 1;
  const word = (bytes[fieldAt]! << 8) | bytes[fieldAt + 1]!;
  writeU16(bytes, fieldAt, word + byBytes / unit);
  if (family === 4) {
    writeU16(bytes, 10, 0);
    writeU16(bytes, 10, foldChecksum(sumWords(bytes, 0, 20)));
  }
  return bytes;
}

test('IPv6: a fragment that is the whole is taken at once (RFC 6946)', (t) => {
  const rig = taps(6, 1_500);
  const [whole] = rig.cut(100);
  const atomic = new Uint8Array(whole!.length + 8);
  atomic.set(whole!.subarray(0, 40));
  atomic.set([17, 0, 0, 0, 0, 0, 0, 9], 40);
  atomic.set(whole!.subarray(40), 48);
  atomic[6] = 44;
  writeU16(atomic, 4, atomic.length - 40);
  rig.feed(atomic);
  t.deepEqual(rig.receiver.datagrams[0]!.arrival.payload, payload(100));
  assertAtRest(t, rig);
});

test('IPv6: what stands before the fragment header stays', (t) => {
  const rig = taps(6, 1_280);
  const packets = rig.cut(2_000).map(behindOptions);
  rig.feed(...packets);
  t.deepEqual(rig.receiver.datagrams[0]!.arrival.payload, payload(2_000));
});

/** With a destination options header that holds only padding (RFC 8200 4.2, 4.6). */
function behindOptions(packet: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(packet.length + 8);
  bytes.set(packet.subarray(0, 40));
  bytes.set([packet[6]!, 0, 1, 4, 0, 0, 0, 0], 40);
  bytes.set(packet.subarray(40), 48);
  bytes[6] = 60;
  writeU16(bytes, 4, bytes.length - 40);
  return bytes;
}
