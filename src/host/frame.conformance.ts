/** Frame ports: a copy of everything, or the frames of leased ports and nobody else's. */
import { writeU16, writeU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import type { FramePort, Lease } from './host.ts';
import {
  type ConformanceCase,
  expectSoon,
  listen,
  type PairedNode,
  payloadOf,
  textOf,
} from './pair.conformance.ts';

const ethernetHeaderBytes = 14;
/** IEEE 802 local experimental EtherType 1. */
const experimental = 0x88b5;

export const frameCases: readonly ConformanceCase[] = [
  {
    title: 'a frame that a port sends arrives at the other end byte for byte',
    check: async (t, pair) => {
      const sender = openPort(pair.left, undefined);
      const heard = openPort(pair.right, undefined);
      const frame = buildFrame(heard.port.mac, sender.port.mac, 'over the cable');
      t.is(sender.port.send(frame), 'sent');
      const sent = frame.slice();
      frame.fill(0);
      const found = () => heard.frames.find((other) => typeOf(other) === experimental);
      await expectSoon(t, pair, () => found() !== undefined, 'the frame');
      t.deepEqual(found()!.subarray(0, sent.length), sent);
    },
  },
  {
    title: 'a port without leases sees a copy and takes nothing away',
    check: async (t, pair) => {
      const watcher = openPort(pair.right, undefined);
      const heard = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      socket.send(payloadOf('for both'), { address: pair.right.ipv4, port: 7_000 });
      const isSeen = () => watcher.frames.some((frame) => textOf(frame).includes('for both'));
      await expectSoon(t, pair, () => isSeen() && heard.arrivals.length === 1, 'both see it');
      t.is(heard.arrivals.length, 1);
    },
  },
  {
    title: 'frames of a leased port go to its owner alone, and others do not',
    check: async (t, pair) => {
      const owner = openPort(pair.right, [{ protocol: 'udp', port: 7_000 }]);
      const stack = listen(pair.right.host, { family: 4, port: 7_001 });
      const sender = listen(pair.left.host, { family: 4 });
      for (const port of [7_000, 7_001]) {
        sender.socket.send(payloadOf(`to ${port}`), { address: pair.right.ipv4, port });
      }
      const isSeen = () => owner.frames.length > 0 && stack.arrivals.length > 0;
      await expectSoon(t, pair, isSeen, 'each gets its own');
      t.deepEqual(
        owner.frames.map((frame) => textOf(frame.subarray(42, 49))),
        ['to 7000'],
      );
      t.deepEqual(
        stack.arrivals.map(({ payload }) => textOf(payload)),
        ['to 7001'],
      );
      t.deepEqual(sender.errors, [], 'the stack answered for a port that is leased');
    },
  },
  {
    title: 'a lease of another protocol leaves datagrams to the stack',
    check: async (t, pair) => {
      const owner = openPort(pair.right, [{ protocol: 'tcp', port: 7_000 }]);
      const stack = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      socket.send(payloadOf('a'), { address: pair.right.ipv4, port: 7_000 });
      await expectSoon(t, pair, () => stack.arrivals.length === 1, 'the datagram');
      t.deepEqual(owner.frames, []);
    },
  },
  {
    title: 'a closed port gives its lease back',
    check: async (t, pair) => {
      const owner = openPort(pair.right, [{ protocol: 'udp', port: 7_000 }]);
      owner.port.close();
      const stack = listen(pair.right.host, { family: 4, port: 7_000 });
      const { socket } = listen(pair.left.host, { family: 4 });
      socket.send(payloadOf('a'), { address: pair.right.ipv4, port: 7_000 });
      await expectSoon(t, pair, () => stack.arrivals.length === 1, 'the datagram');
      t.deepEqual(owner.frames, []);
      t.is(owner.port.send(buildFrame(owner.port.mac, owner.port.mac, 'a')), 'closed');
    },
  },
  {
    title: 'a frame port knows its interface and refuses what does not fit it',
    check: async (t, pair) => {
      const { port } = openPort(pair.left, undefined);
      const cable = pair.left.host.interfaces
        .list()
        .find(({ name }) => name === pair.left.interface)!;
      t.is(port.mac, cable.mac);
      t.is(port.mtuBytes, cable.mtuBytes);
      const largest = new Uint8Array(ethernetHeaderBytes + cable.mtuBytes);
      largest.set(buildFrame(cable.mac, cable.mac, ''));
      t.is(port.send(largest), 'sent');
      t.is(port.send(new Uint8Array(largest.length + 1)), 'message-too-long');
    },
  },
  {
    title: 'a frame is interface-down without a carrier',
    check: async (t, pair) => {
      const { port } = openPort(pair.left, undefined);
      const { interfaces } = pair.left.host;
      const isUp = () => interfaces.list().find((i) => i.name === pair.left.interface)!.up;
      pair.setCarrier(false);
      await expectSoon(t, pair, () => !isUp(), 'the interface goes down');
      t.is(port.send(buildFrame(port.mac, port.mac, 'a')), 'interface-down');
    },
  },
];

function openPort(
  node: PairedNode,
  leases: readonly Lease[] | undefined,
): { port: FramePort; frames: Uint8Array[] } {
  const frames: Uint8Array[] = [];
  const options = leases === undefined ? {} : { leases };
  const port = node.host.openFramePort(
    { interface: node.interface, ...options },
    { received: (frame) => frames.push(frame.slice()) },
  );
  return { port, frames };
}

function buildFrame(to: Mac, from: Mac, text: string): Uint8Array {
  const payload = payloadOf(text);
  const frame = new Uint8Array(ethernetHeaderBytes + payload.length);
  writeU48(frame, 0, to);
  writeU48(frame, 6, from);
  writeU16(frame, 12, experimental);
  frame.set(payload, ethernetHeaderBytes);
  return frame;
}

function typeOf(frame: Uint8Array): number {
  return (frame[12]! << 8) | frame[13]!;
}
