import test from 'ava';
import { formatIp, parseIp } from '../../base/address.ts';
import { copyFrame, createFramePool, type Frame } from '../../base/frame.ts';
import type { Mac } from '../../base/mac.ts';
import { parsePrefix } from '../../base/prefix.ts';
import { sendDatagram } from '../../ip/datagram-output.ts';
import { bindDatagramSocket } from '../../ip/datagram-sockets.ts';
import { announce } from '../../ip/interfaces.ts';
import type { IpSink } from '../../ip/sink.ts';
import type { IpMachine } from '../../ip/state.ts';
import { createNodeMachine } from '../interface-daemon/node-machine.ts';
import { askedNeighbour } from './neighbour-question.ts';
import { ownAddresses } from './own-addresses.ts';

const addresses = ['10.0.0.1/24', '10.9.0.1/31', '2001:db8::1/64'].map(
  (text) => parsePrefix(text)!,
);
const wifi = {
  name: 'wifi',
  device: 'wifi',
  mac: 0x0200_0000_0001 as Mac,
  mtuBytes: 1_500,
  addresses,
};

function machineOf(): IpMachine {
  const order = { node: 'phone', seed: 1, forwards: false, interfaces: [wifi], routes: [] };
  return createNodeMachine(order, 'test');
}

/** The frames that something makes a machine send. */
function framesOf(action: (sink: IpSink) => void): Frame[] {
  const frames: Frame[] = [];
  const ignore = () => undefined;
  const transmit = (_: number, frame: Frame) =>
    void frames.push(copyFrame(createFramePool(), frame));
  action({
    ...{ transmit, transmitPacket: ignore, datagram: ignore, icmpError: ignore },
    ...{ packet: ignore, record: ignore },
  });
  return frames;
}

for (const [family, to] of [
  [4, '10.0.0.7'],
  [6, '2001:db8::7'],
] as const) {
  test(`what a machine asks the link is known for a question, over IPv${family}`, (t) => {
    const machine = machineOf();
    bindDatagramSocket(machine, 1, { family, port: 7_000 });
    const endpoint = { address: parseIp(to)!, port: 9 };
    const frames = framesOf((sink) =>
      sendDatagram(machine, 0, 1, new Uint8Array(1), endpoint, {}, sink),
    );
    t.deepEqual(frames.map(askedNeighbour), [endpoint.address]);
  });
}

test('a datagram asks for nobody, and an advertisement neither', (t) => {
  const machine = machineOf();
  bindDatagramSocket(machine, 1, { family: 4, port: 7_000 });
  const broadcast = { address: parseIp('10.0.0.255')!, port: 9 };
  const frames = framesOf((sink) => {
    sendDatagram(machine, 0, 1, new Uint8Array(1), broadcast, {}, sink);
    announce(machine, 0, 0, sink);
  });
  const [datagram, ...announcements] = frames;
  t.is(askedNeighbour(datagram!), undefined);
  const v6 = announcements.filter(({ bytes }) => bytes[12] === 0x86);
  t.true(v6.length > 0 && v6.every((frame) => askedNeighbour(frame) === undefined));
});

test('a node has its addresses and the broadcasts of its networks, where there are any', (t) => {
  const texts = ownAddresses(machineOf()).map(formatIp);
  const linkLocal = texts.filter((text) => text.startsWith('fe80::'));
  t.is(linkLocal.length, 1);
  t.deepEqual(
    texts.filter((text) => !linkLocal.includes(text)),
    ['10.0.0.1', '10.0.0.255', '10.9.0.1', '2001:db8::1'],
  );
});
