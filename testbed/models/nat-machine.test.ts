import test from 'ava';
import { type Ipv4, parseIpv4 } from '../../src/base/address.ts';
import { seedRandom } from '../../src/base/random.ts';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import { sendDatagram } from '../../src/ip/datagram-output.ts';
import { bindDatagramSocket, closeDatagramSocket } from '../../src/ip/datagram-sockets.ts';
import {
  addNode,
  at,
  connect,
  createTestNet,
  ip,
  payload,
  run,
  type TestNet,
  type TestNode,
} from '../../src/ip/testing-wire.ts';
import { type NatOverrides, resolveNat } from '../schema/nat-presets.ts';
import { createNat } from './nat.ts';

const wan = '198.51.100.1';
const server = at('198.51.100.9', 80);

/** Two hosts, an IP machine with the box in it, and a server next to it outside. */
function createHome(overrides: NatOverrides = {}, outerMtuBytes = 1_500) {
  const net = createTestNet();
  const middlebox = createNat({
    settings: resolveNat('full-cone', { ports: 'sequential', ...overrides }),
    isInside: (index) => index === 0,
    outsideAddresses: [parseIpv4(wan) as Ipv4],
    random: seedRandom(1, 'nat'),
    sink: { record: () => {} },
  });
  const [one, two] = [2, 3].map((host) =>
    addNode(net, `host${host}`, {
      addresses: [`192.168.1.${host}/24`],
      routes: ['0.0.0.0/0 by 0 via 192.168.1.1'],
    }),
  ) as [TestNode, TestNode];
  const router = addNode(net, 'router', {
    addresses: ['192.168.1.1/24', `${wan}/24`],
    mtuBytes: [1_500, outerMtuBytes],
    forwards: true,
    middlebox,
  });
  const outer = addNode(net, 'server', { addresses: ['198.51.100.9/24'] });
  connect(net, [one, 0], [two, 0], [router, 0]);
  const wire = connect(net, [router, 1], [outer, 0]);
  for (const node of [one, two]) bindDatagramSocket(node.machine, 1, { family: 4, port: 5_000 });
  bindDatagramSocket(outer.machine, 1, { family: 4, port: server.port });
  return { net, one, two, router, outer, wire };
}

function send(net: TestNet, node: TestNode, to: typeof server, options = {}, bytes = 10): void {
  sendDatagram(node.machine, net.nowNs, 1, payload(bytes), to, options, node.sink);
  run(net, 20 * nsPerMs);
}

const lastOf = (node: TestNode) => node.datagrams.at(-1)?.arrival;

test('a datagram shows the box outside, and its answer finds the host', (t) => {
  const { net, one, outer } = createHome();
  send(net, one, server);
  const { source } = lastOf(outer)!;
  t.deepEqual(source, at(wan, 1_024));
  send(net, outer, source);
  t.deepEqual(lastOf(one)!.destination, at('192.168.1.2', 5_000));
});

test('fragments are put together, translated and cut again (RFC 4787 REQ-14)', (t) => {
  const { net, one, outer } = createHome();
  send(net, one, server, {}, 4_000);
  t.deepEqual(lastOf(outer)!.payload, payload(4_000));
  t.deepEqual(lastOf(outer)!.source, at(wan, 1_024));
});

test('two hosts behind the box meet by their external endpoints', (t) => {
  const { net, one, two } = createHome();
  send(net, one, server);
  send(net, two, server);
  send(net, one, at(wan, 1_025));
  t.deepEqual(lastOf(two)!.source, at(wan, 1_024));
});

test('an error from outside reaches the socket that it is about', (t) => {
  const { net, one } = createHome();
  send(net, one, at('198.51.100.9', 81));
  t.is(one.errors.length, 1);
  t.like(one.errors[0]!.arrival, {
    kind: 'port-unreachable',
    reporter: ip('198.51.100.9'),
    source: at('192.168.1.2', 5_000),
    destination: at('198.51.100.9', 81),
  });
});

test("an error from inside reaches the outer socket, in the box's name", (t) => {
  const { net, one, outer } = createHome();
  send(net, one, server);
  const { source } = lastOf(outer)!;
  closeDatagramSocket(one.machine, 1);
  send(net, outer, source);
  t.like(outer.errors[0]!.arrival, {
    kind: 'port-unreachable',
    reporter: ip(wan),
    source: server,
    destination: source,
  });
});

test('the TTL that ends at the box is told in the words of who sent it, on both sides', (t) => {
  const { net, one, outer } = createHome();
  send(net, one, server);
  const { source } = lastOf(outer)!;
  send(net, one, server, { ttl: 1 });
  t.like(one.errors[0]!.arrival, { kind: 'time-exceeded', destination: server });
  send(net, outer, source, { ttl: 1 });
  t.like(outer.errors[0]!.arrival, {
    kind: 'time-exceeded',
    reporter: ip(wan),
    source: server,
    destination: source,
  });
});

test('a packet too large for the outer link comes back to the host (RFC 4787 REQ-13)', (t) => {
  const { net, one } = createHome({}, 1_300);
  send(net, one, server, { dontFragment: true }, 1_400);
  t.like(one.errors[0]!.arrival, { kind: 'packet-too-big', mtuBytes: 1_300, destination: server });
});

test('where nobody answers ARP outside, the host hears of it', (t) => {
  const { net, one } = createHome();
  send(net, one, at('198.51.100.77', 80));
  run(net, 10 * nsPerSecond);
  t.like(one.errors[0]!.arrival, {
    kind: 'host-unreachable',
    source: at('192.168.1.2', 5_000),
    destination: at('198.51.100.77', 80),
  });
});
