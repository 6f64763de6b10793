import test from 'ava';
import { formatIp, type Ipv4, parseIp } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import { nsPerSecond } from '../base/time.ts';
import { createFakeNetwork } from '../host/fake-network.ts';
import { drive } from '../host/fake-time.ts';
import type { DatagramArrived, Host } from '../host/host.ts';
import type { Stream, StreamOptions } from '../host/stream.ts';
import { cable, TestWorld } from '../sockets/testing-multipath.ts';
import { type Change, nobody } from './change-message.ts';
import type { LiveLink } from './manager-state.ts';
import { OwnSockets } from './own-sockets.ts';
import type { SocketIdentity } from './socket-identity.ts';
import { handleChange } from './stack-side.ts';

const wifi: LiveLink = { name: 'wifi', ipv4: parseIp('192.0.2.1') as Ipv4, ipv6: undefined };
const lte: LiveLink = { name: 'lte', ipv4: parseIp('192.0.2.9') as Ipv4, ipv6: undefined };
const links = () => [wifi, lte];
const noRecords = { record: () => undefined };
const far = parseIp('192.0.2.2')!;

function changeOf(socket: SocketIdentity, action: Change['action'] = 'move'): Change {
  return { kind: 'change', order: 1, action, socket, holder: nobody, address: lte.ipv4! };
}

test('system 1.6: in a living UDP socket of our stack the source address is replaced, and the wire agrees', (t) => {
  const network = createFakeNetwork();
  const cable = network.left.interfaces[0]!;
  const addresses = [...cable.addresses, parsePrefix('192.0.2.9/24')!];
  network.left.interfaces[0] = { ...cable, addresses };
  const seen: string[] = [];
  const events = {
    received: ({ from }: DatagramArrived) => void seen.push(formatIp(from.address)),
  };
  network.right.host.openDatagramSocket({ family: 4, port: 7 }, events);
  const sockets = new OwnSockets(network.left.host, links);
  const silent = { received: () => undefined };
  const [moved, other] = [0, 0].map(() => sockets.openDatagram(wifi.ipv4!, 4, silent));
  const speak = () => {
    for (const one of [moved!, other!]) one.send(new Uint8Array(8), { address: far, port: 7 });
    drive(network.time, 10_000_000);
  };
  speak();
  const before = sockets.dump();
  const outcome = handleChange(sockets, changeOf(moved!.identity), noRecords);
  t.like(outcome, { result: 'moved', mechanism: 'own-udp', place: 'current', visited: 0 });
  const port = moved!.local.port;
  t.deepEqual(before[0], `udp4:1 unconnected from 192.0.2.1:${port}`);
  t.deepEqual(sockets.dump()[0], `udp4:1 unconnected from 192.0.2.9:${port}`);
  t.is(sockets.dump()[1], before[1], 'the other description is as it was');
  speak();
  t.deepEqual(seen, ['192.0.2.1', '192.0.2.1', '192.0.2.9', '192.0.2.1']);
});

/** Notes what a stream is opened with, and carries nothing. */
function hostThatNotes(opened: StreamOptions[], aborted: number[]): Host {
  const stream = { abort: () => void aborted.push(1) } as unknown as Stream;
  const openStream = (options: StreamOptions) => {
    opened.push(options);
    return stream;
  };
  return { openStream } as unknown as Host;
}

test('system 1.6: a TCP socket that is not yet connected connects from the address that its description has by then', (t) => {
  const opened: StreamOptions[] = [];
  const sockets = new OwnSockets(hostThatNotes(opened, []), links);
  const socket = sockets.prepareStream(wifi.ipv4!, 4);
  t.deepEqual(sockets.dump(), ['tcp4:1 unconnected from 192.0.2.1:0']);
  const outcome = handleChange(sockets, changeOf(socket.identity), noRecords);
  t.like(outcome, { result: 'moved', mechanism: 'own-tcp-unconnected' });
  t.deepEqual(sockets.dump(), ['tcp4:1 unconnected from 192.0.2.9:0']);
  socket.connect({ address: far, port: 80 }, { received: () => undefined });
  t.is(opened[0]!.source, lte.ipv4);
});

test('system 1.7: a living TCP connection of our stack stays as it is, or is reset where that is asked for', (t) => {
  const aborted: number[] = [];
  const sockets = new OwnSockets(hostThatNotes([], aborted), links);
  const socket = sockets.prepareStream(wifi.ipv4!, 4);
  socket.connect({ address: far, port: 80 }, { received: () => undefined });
  const before = sockets.dump();
  t.like(handleChange(sockets, changeOf(socket.identity), noRecords), { result: 'untouched' });
  t.deepEqual(sockets.dump(), before);
  t.is(handleChange(sockets, changeOf(socket.identity, 'reset'), noRecords).result, 'reset');
  t.is(aborted.length, 1);
});

test('system 1.7: an MPTCP connection of our stack carries on by the chosen link alone, both ways', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const [near, far] = world.nodes;
  const heard = { near: 0, far: 0 };
  const hearAt =
    (side: 'near' | 'far') =>
    ({ length }: Uint8Array) => {
      heard[side] += length;
    };
  let accepted: Stream | undefined;
  const accept = (given: Stream) => {
    accepted = given;
    return { received: hearAt('far') };
  };
  far.table.listen({ family: 4, port: 80, transport: 'mptcp' }, accept, far);
  const openStream: Host['openStream'] = (options, given) => near.table.open(options, given, near);
  const host = { openStream } as Host;
  const own = [0, 1].map((at) => ({
    name: `cable${at}`,
    ipv4: near.addressOn(at) as Ipv4,
    ipv6: undefined,
  }));
  const sockets = new OwnSockets(host, () => own);
  const socket = sockets.prepareStream(own[0]!.ipv4, 4, { transport: 'mptcp' });
  const events = { received: hearAt('near') };
  const stream = socket.connect({ address: far.addressOn(0), port: 80 }, events);
  const speak = () => {
    for (const one of [stream, accepted!]) one.write(new Uint8Array(50_000));
    world.runFor(nsPerSecond);
  };
  const sentBy = (one: Stream) => one.paths!().map(({ sentBytes }) => sentBytes);
  world.runFor(nsPerSecond);
  speak();
  for (const at of [1, 0]) {
    const change = { ...changeOf(socket.identity), address: own[at]!.ipv4 };
    const outcome = handleChange(sockets, change, noRecords);
    t.like(outcome, { result: 'moved', mechanism: 'own-mptcp' });
    t.is(outcome.after.address, own[at]!.ipv4);
    world.runFor(nsPerSecond);
    const before = [stream, accepted!].map(sentBy);
    speak();
    const grown = [stream, accepted!].map((one, side) =>
      sentBy(one).map((bytes, path) => bytes - before[side]![path]!),
    );
    for (const bytes of grown) {
      t.is(bytes[at], 50_000);
      t.is(bytes[1 - at], 0, 'the other link carries nothing');
    }
    t.deepEqual(sockets.list()[0]!.subflowAddresses, [own[at]!.ipv4]);
  }
  t.deepEqual(heard, { near: 150_000, far: 150_000 });
});

test('system 1.2: an unknown socket and a foreign address are named in our stack, too, and change nothing', (t) => {
  const sockets = new OwnSockets(hostThatNotes([], []), links);
  const socket = sockets.prepareStream(wifi.ipv4!, 4);
  const before = sockets.dump();
  const unknown = changeOf({ ...socket.identity, cookie: 99 });
  t.is(handleChange(sockets, unknown, noRecords).result, 'unknown-socket');
  const foreign = { ...changeOf(socket.identity), address: far };
  t.is(handleChange(sockets, foreign, noRecords).result, 'foreign-address');
  t.deepEqual(sockets.dump(), before);
});
