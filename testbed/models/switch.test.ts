import test from 'ava';
import { writeU48 } from '../../src/base/bytes.ts';
import { createFramePool, type Frame, releaseFrame, takeFrame } from '../../src/base/frame.ts';
import { broadcastMac } from '../../src/base/mac.ts';
import { nsPerSecond } from '../../src/base/time.ts';
import { createSwitch, forgetPort, receiveOnPort, type SwitchSink } from './switch.ts';

const [alice, bob, carol] = [0x02_00_00_00_00_01, 0x02_00_00_00_00_02, 0x02_00_00_00_00_03];

class Rig implements SwitchSink {
  readonly pool = createFramePool();
  readonly machine;
  readonly sent: { port: number; frame: Frame }[] = [];

  constructor(portCount: number) {
    this.machine = createSwitch(portCount, this.pool);
  }

  transmit(port: number, frame: Frame): void {
    this.sent.push({ port, frame });
  }

  /** The ports by which a frame leaves that came in by `port`. */
  send(port: number, from: number, to: number, nowNs = 0, bytes = 60): number[] {
    const frame = takeFrame(this.pool, bytes);
    frame.bytes.fill(0x5a, 0, bytes);
    writeU48(frame.bytes, 0, to);
    writeU48(frame.bytes, 6, from);
    this.sent.length = 0;
    receiveOnPort(this.machine, nowNs, port, frame, this);
    return this.sent.map((one) => one.port);
  }
}

test('an unknown destination is flooded to every port but its own', (t) => {
  t.deepEqual(new Rig(4).send(1, alice, bob), [0, 2, 3]);
  t.deepEqual(new Rig(4).send(3, alice, bob), [0, 1, 2]);
  t.deepEqual(new Rig(2).send(1, alice, bob), [0]);
});

test('an answer goes to the one port where its destination was heard', (t) => {
  const rig = new Rig(4);
  rig.send(1, alice, bob);
  t.deepEqual(rig.send(2, bob, alice), [1]);
  t.deepEqual(rig.send(1, alice, bob), [2]);
  const { forwardedFrames, floodedFrames } = rig.machine.counters;
  t.deepEqual([forwardedFrames, floodedFrames], [2, 1]);
});

test('broadcast and multicast are flooded, whatever was learned', (t) => {
  const rig = new Rig(3);
  rig.send(1, alice, bob);
  t.deepEqual(rig.send(0, bob, broadcastMac), [1, 2]);
  t.deepEqual(rig.send(0, bob, 0x0100_5e00_00fb), [1, 2]);
  t.deepEqual(rig.send(0, bob, 0x3333_0000_0001), [1, 2]);
});

test('a group address as the source is not learned', (t) => {
  const rig = new Rig(3);
  rig.send(1, broadcastMac, bob);
  t.is(rig.machine.sightings.size, 0);
});

test('a frame for the segment that it came from goes nowhere', (t) => {
  const rig = new Rig(3);
  rig.send(1, alice, bob);
  const idle = rig.pool.small.length;
  t.deepEqual(rig.send(1, carol, alice), []);
  t.is(rig.machine.counters.filteredFrames, 1);
  t.is(rig.pool.small.length, idle);
});

test('an address is forgotten 300 s after it was last heard', (t) => {
  const rig = new Rig(3);
  rig.send(1, alice, bob, 0);
  rig.send(1, alice, bob, 100 * nsPerSecond);
  t.deepEqual(rig.send(2, bob, alice, 400 * nsPerSecond), [1]);
  t.deepEqual(rig.send(2, bob, alice, 400 * nsPerSecond + 1), [0, 1]);
});

test('an address that moves is found at its new port', (t) => {
  const rig = new Rig(3);
  rig.send(1, alice, bob);
  rig.send(2, alice, bob);
  t.deepEqual(rig.send(0, bob, alice), [2]);
});

test('what was learned on a port can be forgotten', (t) => {
  const rig = new Rig(3);
  rig.send(1, alice, carol);
  rig.send(2, bob, carol);
  forgetPort(rig.machine, 1);
  t.deepEqual(rig.send(0, carol, alice), [1, 2]);
  t.deepEqual(rig.send(0, carol, bob), [2]);
});

test('flooded frames are copies of their own', (t) => {
  const rig = new Rig(4);
  rig.send(0, alice, bob, 0, 1_000);
  t.is(new Set(rig.sent.map(({ frame }) => frame)).size, 3);
  rig.sent[0]!.frame.bytes[500] = 1;
  t.deepEqual([...rig.sent.map(({ frame }) => frame.bytes[500])], [1, 0x5a, 0x5a]);
  t.true(rig.sent.every(({ frame }) => frame.length === 1_000));
});

test('addresses reserved for one link are kept to it (IEEE 802.1Q table 8-1)', (t) => {
  const rig = new Rig(3);
  t.deepEqual(rig.send(0, alice, 0x0180_c200_0003), []);
  t.deepEqual(rig.send(0, alice, 0x0180_c200_0010), [1, 2]);
});

test('a frame too short for its addresses is dropped, and a lone port has nowhere to send to', (t) => {
  const rig = new Rig(3);
  t.deepEqual(rig.send(0, alice, bob, 0, 13), []);
  t.deepEqual(new Rig(1).send(0, alice, bob), []);
});

test('a thousand ports: each of a thousand stations reaches each, by one frame', (t) => {
  const rig = new Rig(1_000);
  const macOf = (port: number) => alice + port;
  for (let port = 0; port < 1_000; port++) {
    t.is(rig.send(port, macOf(port), broadcastMac).length, 999);
    for (const { frame } of rig.sent) releaseFrame(rig.pool, frame);
  }
  for (let port = 0; port < 1_000; port++) {
    const to = (port * 7 + 3) % 1_000;
    t.deepEqual(rig.send(port, macOf(port), macOf(to)), port === to ? [] : [to]);
  }
});

test('invented sources do not fill the memory', (t) => {
  const rig = new Rig(2);
  for (let n = 0; n < 70_000; n++) {
    rig.send(0, alice + n, broadcastMac);
    releaseFrame(rig.pool, rig.sent[0]!.frame);
  }
  t.is(rig.machine.sightings.size, 65_536);
  t.deepEqual(rig.send(1, bob, alice + 69_999), [0]);
});
