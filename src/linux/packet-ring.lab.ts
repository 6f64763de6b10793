import type { ExecutionContext } from 'ava';
import { writeU16, writeU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { duplicateDescriptor, waitReadable } from './descriptor.ts';
import { changeLink } from './link.ts';
import { runInNamespace } from './network-namespace.ts';
import { type FrameStamp, PacketRing, type RingFrame } from './packet-ring.ts';
import type { PacketRingOptions } from './packet-socket.ts';
import { errno } from './system-call.ts';
import { linkOf, TestCable, labTest as test } from './testing-lab.ts';

/** IEEE 802 local experimental EtherType 1: nobody else on the cable uses it. */
const experimental = 0x88b5;
const vlan = 0x8100;

type Extra = Partial<PacketRingOptions>;

function openRing(cable: TestCable, side: 'left' | 'right', extra: Extra = {}): PacketRing {
  const interfaceIndex = cable.indexOn(side);
  const size = { frameBytes: 1_514, receiveFrames: 64, sendFrames: 64 };
  return runInNamespace(cable[side], () => PacketRing.open({ interfaceIndex, ...size, ...extra }));
}

function buildFrame(
  cable: TestCable,
  length: number,
  fill: number,
  type = experimental,
): Uint8Array {
  const frame = new Uint8Array(length).fill(fill);
  writeU48(frame, 0, macOn(cable, 'right'));
  writeU48(frame, 6, macOn(cable, 'left'));
  writeU16(frame, 12, type);
  return frame;
}

function macOn(cable: TestCable, side: 'left' | 'right'): Mac {
  using socket = cable.socketOn(side);
  return linkOf(socket, 'cable')!.mac;
}

type Kept = Omit<RingFrame, 'bytes'> & { bytes: Uint8Array };

/** Those of the test's own type, untagged or not; the kernels on the cable speak as well. */
function receiveOurs(t: ExecutionContext, ring: PacketRing, count: number): Kept[] {
  const found: Kept[] = [];
  while (found.length < count) {
    if (!waitReadable(ring.fd, 5_000)) t.fail(`${found.length} of ${count} frames came`);
    ring.receive(({ bytes, wireBytes, virtio }) => {
      const type = (bytes[12]! << 8) | bytes[13]!;
      if (type !== experimental && type !== vlan) return;
      found.push({ bytes: bytes.slice(), wireBytes, virtio });
    });
  }
  return found;
}

for (const virtioHeader of [false, true]) {
  const how = virtioHeader ? 'with virtio headers' : 'without virtio headers';
  test(`frames arrive whole and in order, many a call, ${how}`, (t) => {
    using cable = new TestCable();
    using sender = openRing(cable, 'left', { virtioHeader });
    using receiver = openRing(cable, 'right', { virtioHeader });
    const frames = Array.from({ length: 30 }, (_, n) => buildFrame(cable, 60 + n * 50, n));
    for (const frame of frames) t.is(sender.put(frame), 'queued');
    t.is(sender.flush(), undefined);
    const received = receiveOurs(t, receiver, 30);
    t.deepEqual(
      received.map(({ bytes }) => bytes),
      frames,
    );
    t.true(received.every(({ virtio }) => (virtio !== undefined) === virtioHeader));
  });
}

test('the rings go round: far more frames than they have room for', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  using receiver = openRing(cable, 'right');
  const seen: number[] = [];
  for (let round = 0; round < 50; round++) {
    for (let n = 0; n < 10; n++) sender.put(buildFrame(cable, 100, round * 5 + (n % 5)));
    t.is(sender.flush(), undefined);
    seen.push(...receiveOurs(t, receiver, 10).map(({ bytes }) => bytes[50]!));
  }
  t.is(seen.length, 500);
  t.is(seen.at(-1), 249);
});

test('a ring that the kernel was not told of is full some day, and takes more after it was', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  const frame = buildFrame(cable, 60, 1);
  let queued = 0;
  while (sender.put(frame) === 'queued') queued += 1;
  t.true(queued >= 32);
  t.is(sender.flush(), undefined);
  t.is(sender.put(frame), 'queued');
});

test('a frame that its slot cannot hold is cut, and says how long it was', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  using receiver = openRing(cable, 'right', { frameBytes: 200 });
  sender.put(buildFrame(cable, 1_514, 7));
  sender.flush();
  const [frame] = receiveOurs(t, receiver, 1);
  t.is(frame!.wireBytes, 1_514);
  t.true(frame!.bytes.length < 1_514);
});

test('a tag that the kernel took out is back in its place', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  using receiver = openRing(cable, 'right');
  const frame = buildFrame(cable, 80, 0, vlan);
  writeU16(frame, 14, 0x2064);
  writeU16(frame, 16, experimental);
  sender.put(frame);
  sender.flush();
  const [tagged] = receiveOurs(t, receiver, 1);
  t.deepEqual(tagged!.bytes, frame);
  t.is(tagged!.wireBytes, frame.length);
});

test('a filter decides what takes room in the ring', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  const wanted = 9;
  using receiver = openRing(cable, 'right', {
    filter: [
      { code: 0x30, operand: 50 },
      { code: 0x15, whenFalse: 1, operand: wanted },
      { code: 0x06, operand: 0xffff_ffff },
      { code: 0x06, operand: 0 },
    ],
  });
  for (const fill of [1, wanted, 2]) sender.put(buildFrame(cable, 100, fill));
  sender.flush();
  const all: number[] = [];
  t.true(waitReadable(receiver.fd, 5_000));
  receiver.receive(({ bytes }) => all.push(bytes[50]!));
  t.deepEqual(all, [wanted]);
});

test('what this machine sends is seen only by who asked for it', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  using deaf = openRing(cable, 'left');
  using curious = openRing(cable, 'left', { withOutgoing: true });
  using receiver = openRing(cable, 'right');
  sender.put(buildFrame(cable, 60, 1));
  sender.flush();
  receiveOurs(t, curious, 1);
  receiveOurs(t, receiver, 1);
  const heard: boolean[] = [];
  deaf.receive(({ bytes }) => heard.push(((bytes[12]! << 8) | bytes[13]!) === experimental));
  t.false(heard.includes(true));
});

test('a link that is down takes nothing, and what it did not take never leaves', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  using receiver = openRing(cable, 'right');
  using left = cable.socketOn('left');
  left.apply([changeLink('cable', { up: false })]);
  sender.put(buildFrame(cable, 60, 1));
  sender.put(buildFrame(cable, 60, 2));
  t.is(sender.flush(), errno.ENETDOWN);
  left.apply([changeLink('cable', { up: true })]);
  cable.waitUntilRunning('left');
  sender.put(buildFrame(cable, 60, 3));
  t.is(sender.flush(), undefined);
  t.deepEqual(
    receiveOurs(t, receiver, 1).map(({ bytes }) => bytes[50]),
    [3],
  );
});

test('a view that outlives its ring reads zeros, and closing twice is nothing', (t) => {
  using cable = new TestCable();
  using sender = openRing(cable, 'left');
  const receiver = openRing(cable, 'right');
  sender.put(buildFrame(cable, 60, 255));
  sender.flush();
  t.true(waitReadable(receiver.fd, 5_000));
  let kept = new Uint8Array(0);
  receiver.receive(({ bytes }) => {
    kept = bytes as Uint8Array<ArrayBuffer>;
    receiver[Symbol.dispose]();
  });
  receiver[Symbol.dispose]();
  t.true(kept.length > 0 && kept.every((byte) => byte === 0));
});

test('a segment larger than the MTU passes between rings with virtio headers, and says what it is', (t) => {
  using cable = new TestCable();
  const large = { virtioHeader: true, frameBytes: 65_600, receiveFrames: 8, sendFrames: 8 };
  using sender = openRing(cable, 'left', large);
  using receiver = openRing(cable, 'right', large);
  const frame = buildSegment(cable, 20_000);
  const header = {
    needsChecksum: true,
    segmentType: tcpV4,
    headerBytes: 54,
    segmentBytes: 1_460,
    checksumStart: 34,
    checksumOffset: 16,
  };
  t.is(sender.put(frame, header), 'queued');
  t.is(sender.flush(), undefined);
  let arrived: Kept | undefined;
  while (arrived === undefined) {
    if (!waitReadable(receiver.fd, 5_000)) t.fail('no segment came');
    receiver.receive((ringFrame) => {
      if (ringFrame.virtio?.segmentType !== tcpV4) return;
      arrived = { ...ringFrame, bytes: ringFrame.bytes.slice() };
    });
  }
  t.deepEqual(arrived.bytes, frame);
  t.like(arrived.virtio, { needsChecksum: true, segmentBytes: 1_460, checksumStart: 34 });
});

/** VIRTIO_NET_HDR_GSO_TCPV4. */
const tcpV4 = 1;

/** TCP over IPv4 from left to right, with its checksum still to be made. */
function buildSegment(cable: TestCable, length: number): Uint8Array {
  const frame = buildFrame(cable, length, 0, 0x0800);
  frame.set([0x45, 0], 14);
  writeU16(frame, 16, length - 14);
  frame.set([0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2], 20);
  frame.set([0x10, 0, 0x1b, 0x58], 34);
  frame.set([0x50, 0x10, 0xff, 0xff], 46);
  return frame;
}

test('a frame that is visited says which way it went, and when', (t) => {
  using cable = new TestCable();
  using receiver = openRing(cable, 'right');
  using watcher = openRing(cable, 'left', { withOutgoing: true });
  using sender = openRing(cable, 'left');
  const beforeMs = Date.now();
  sender.put(buildFrame(cable, 100, 1));
  sender.flush();
  for (const [ring, direction] of [
    [receiver, 'inbound'],
    [watcher, 'outbound'],
  ] as const) {
    const stamps: FrameStamp[] = [];
    while (stamps.length === 0) {
      if (!waitReadable(ring.fd, 5_000)) t.fail('no frame came');
      ring.receive(({ bytes }) => {
        if (bytes[12] === experimental >>> 8) stamps.push(ring.readStamp());
      });
    }
    t.is(stamps.length, 1);
    const [stamp] = stamps;
    t.is(stamp!.direction, direction);
    const sentMs = stamp!.seconds * 1_000 + stamp!.nanoseconds / 1_000_000;
    t.true(sentMs >= beforeMs - 1 && sentMs <= Date.now() + 1);
  }
});

test('a ring goes on where its owner left it: what came meanwhile is in it, what is put leaves', (t) => {
  using cable = new TestCable();
  using left = openRing(cable, 'left');
  const before = openRing(cable, 'right', { virtioHeader: true });
  const send = (fills: readonly number[]) => {
    for (const fill of fills) left.put(buildFrame(cable, 100, fill));
    left.flush();
  };
  send([1, 2]);
  const fills = (ring: PacketRing, count: number) =>
    receiveOurs(t, ring, count).map(({ bytes }) => bytes[50]);
  t.deepEqual(fills(before, 2), [1, 2]);
  before.put(buildFrame(cable, 100, 9));
  before.flush();
  const { cursor } = before;
  const fd = duplicateDescriptor(before.fd);
  before[Symbol.dispose]();
  send([3, 4, 5]);
  const size = { frameBytes: 1_514, receiveFrames: 64, sendFrames: 64, virtioHeader: true };
  using after = PacketRing.adopt(fd, { interfaceIndex: cable.indexOn('right'), ...size }, cursor);
  t.deepEqual(fills(after, 3), [3, 4, 5]);
  after.put(buildFrame(cable, 100, 10));
  t.is(after.flush(), undefined);
  t.deepEqual(fills(left, 2), [9, 10]);
});
