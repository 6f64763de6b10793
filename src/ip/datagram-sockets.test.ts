import test from 'ava';
import type { Ip } from '../base/address.ts';
import { never, nsPerSecond } from '../base/time.ts';
import { sendDatagram } from './datagram-output.ts';
import { bindDatagramSocket, closeDatagramSocket } from './datagram-sockets.ts';
import {
  addAddress,
  joinGroup,
  leaveGroup,
  removeAddress,
  removeInterface,
  setInterfaceUp,
} from './interfaces.ts';
import type { DatagramSendOptions } from './outcome.ts';
import { loopbackIndex } from './sink.ts';
import {
  addNode,
  at,
  connect,
  createTestNet,
  ip,
  payload,
  prefix,
  run,
  type TestNode,
} from './testing-wire.ts';

function lone(addresses: readonly string[] = ['10.0.0.1/24 10.0.0.2/24', '10.1.0.1/24']) {
  const net = createTestNet();
  return { net, node: addNode(net, 'node', { addresses }) };
}

/** `10.0.0.1:53 by 0` */
function bind(node: TestNode, token: number, text: string): string {
  const match = /^(\S+):(\d+)(?: by (\d+))?$/.exec(text)!;
  const interfaceIndex = match[3] === undefined ? undefined : Number(match[3]);
  const options = {
    family: 4,
    address: ip(match[1]!),
    port: Number(match[2]),
    interfaceIndex,
  } as const;
  return bindDatagramSocket(node.machine, token, options).kind;
}

const pairs: readonly [string, string, string][] = [
  ['0.0.0.0:53', '0.0.0.0:53', 'address-in-use'],
  ['0.0.0.0:53', '10.0.0.1:53', 'address-in-use'],
  ['10.0.0.1:53', '0.0.0.0:53', 'address-in-use'],
  ['10.0.0.1:53', '10.0.0.1:53', 'address-in-use'],
  ['0.0.0.0:53 by 0', '0.0.0.0:53', 'address-in-use'],
  ['10.0.0.1:53', '10.0.0.2:53', 'bound'],
  ['10.0.0.1:53', '10.0.0.1:54', 'bound'],
  ['0.0.0.0:53 by 0', '0.0.0.0:53 by 1', 'bound'],
  ['127.0.0.1:53', '10.0.0.1:53', 'bound'],
];

for (const [first, second, expected] of pairs) {
  test(`bound to ${first}, then to ${second}: ${expected}`, (t) => {
    const { node } = lone();
    t.is(bind(node, 1, first), 'bound');
    t.is(bind(node, 2, second), expected);
    closeDatagramSocket(node.machine, 1);
    t.is(bind(node, 3, second), expected === 'bound' ? 'address-in-use' : 'bound');
  });
}

test('an address of somebody else, or of the other family, is not ours', (t) => {
  const { node } = lone();
  t.is(bind(node, 1, '10.0.0.3:53'), 'not-our-address');
  const wrong = bindDatagramSocket(node.machine, 1, { family: 6, address: ip('10.0.0.1') });
  t.is(wrong.kind, 'not-our-address');
  addAddress(node.machine, 0, prefix('10.0.0.3/24'));
  t.is(bind(node, 1, '10.0.0.3:53'), 'bound');
});

test('a port of its own choice is a dynamic one, free, not the next one, and the same for the same seed', (t) => {
  const draw = () => {
    const { node } = lone();
    return Array.from({ length: 200 }, (_, token) => {
      const outcome = bindDatagramSocket(node.machine, token, { family: 4 });
      return outcome.kind === 'bound' ? outcome.local.port : 0;
    });
  };
  const ports = draw();
  t.is(new Set(ports).size, ports.length);
  t.true(ports.every((port) => port >= 49_152 && port <= 65_535));
  t.true(ports.filter((port, index) => port === ports[index - 1]! + 1).length < 5);
  t.deepEqual(draw(), ports);
});

test('when every dynamic port is taken there is none', (t) => {
  const { node } = lone();
  for (let token = 0; token < 16_384; token++) {
    bindDatagramSocket(node.machine, token, { family: 4, port: 49_152 + token });
  }
  t.is(bindDatagramSocket(node.machine, 99_999, { family: 4 }).kind, 'no-free-port');
  t.is(bindDatagramSocket(node.machine, 99_999, { family: 6 }).kind, 'bound');
});

/** A terminal with two links to one router, as in a dual-homed topology. */
function dualHomed() {
  const net = createTestNet();
  const phone = addNode(net, 'phone', {
    addresses: ['10.0.0.1/24', '10.1.0.1/24'],
    routes: ['0.0.0.0/0 by 0 via 10.0.0.254', '0.0.0.0/0 by 1 via 10.1.0.254'],
  });
  const server = addNode(net, 'server', {
    addresses: ['10.0.0.254/24', '10.1.0.254/24', '192.0.2.1/24'],
    forwards: true,
  });
  connect(net, [phone, 0], [server, 0]);
  connect(net, [phone, 1], [server, 1]);
  bindDatagramSocket(server.machine, 9, { family: 4, port: 5_000 });
  return { net, phone, server };
}

function sendFrom(
  node: TestNode,
  token: number,
  to: string,
  options: DatagramSendOptions = {},
  port = 5_000,
) {
  return sendDatagram(node.machine, 0, token, payload(5), at(to, port), options, node.sink);
}

const choices: readonly [
  string,
  { interfaceIndex?: number; address?: string },
  DatagramSendOptions,
  number,
][] = [
  ['unbound: the default route with the best metric', {}, {}, 0],
  ['bound to the other interface', { interfaceIndex: 1 }, {}, 1],
  ["bound to the other interface's address", { address: '10.1.0.1' }, {}, 1],
  ['sent with the other source', {}, { source: ip('10.1.0.1') }, 1],
];

for (const [title, bound, options, link] of choices) {
  test(`a terminal with two links, ${title}: link ${link}`, (t) => {
    const { net, phone, server } = dualHomed();
    const { interfaceIndex } = bound;
    const address = bound.address === undefined ? undefined : ip(bound.address);
    bindDatagramSocket(phone.machine, 1, { family: 4, interfaceIndex, address });
    t.is(sendFrom(phone, 1, '192.0.2.1', options), 'sent');
    run(net, nsPerSecond);
    const [{ arrival }] = server.datagrams as [(typeof server.datagrams)[number]];
    t.is(arrival.interfaceIndex, link);
    t.is(arrival.source.address, ip(`10.${link}.0.1`));
  });
}

test('what can be known of a send before it leaves', (t) => {
  const { phone } = dualHomed();
  const { machine, sink } = phone;
  bindDatagramSocket(machine, 1, { family: 4 });
  bindDatagramSocket(machine, 2, { family: 4, interfaceIndex: 1 });
  bindDatagramSocket(machine, 3, { family: 4, address: ip('10.1.0.1') });
  t.is(sendFrom(phone, 7, '192.0.2.1'), 'closed');
  t.is(sendFrom(phone, 1, '2001:db8::1'), 'no-route');
  t.is(sendFrom(phone, 1, '192.0.2.1', { source: ip('192.0.2.9') }), 'source-not-ours');
  t.is(sendFrom(phone, 1, '192.0.2.1', { source: ip('127.0.0.1') }), 'no-route');
  t.is(sendFrom(phone, 1, '0.0.0.0'), 'no-route');
  setInterfaceUp(machine, 0, 1, false, sink);
  t.is(sendFrom(phone, 1, '192.0.2.1'), 'sent', 'by the other link');
  t.is(sendFrom(phone, 2, '192.0.2.1'), 'interface-down');
  t.is(sendFrom(phone, 3, '192.0.2.1'), 'interface-down');
  removeInterface(machine, 0);
  t.is(sendFrom(phone, 1, '192.0.2.1'), 'no-route');
  removeAddress(machine, 1, ip('10.1.0.1'));
  t.is(sendFrom(phone, 3, '192.0.2.1'), 'source-not-ours');
});

test('a host whose bound address has no way to the peer sends by another link, as hosts do', (t) => {
  const net = createTestNet();
  const node = addNode(net, 'node', { addresses: ['10.0.0.1/24', '10.1.0.1/24'] });
  const peer = addNode(net, 'peer', { addresses: ['10.1.0.2/24'] });
  connect(net, [node, 1], [peer, 0]);
  bindDatagramSocket(peer.machine, 1, { family: 4, port: 5_000 });
  bindDatagramSocket(node.machine, 1, { family: 4, address: ip('10.0.0.1') });
  t.is(sendFrom(node, 1, '10.1.0.2'), 'sent');
  run(net, nsPerSecond);
  t.is(peer.datagrams[0]!.arrival.source.address, ip('10.0.0.1'));
});

test('what is sent to an own address comes back without a link, a little later', (t) => {
  const { net, node } = lone(['10.0.0.1/24 2001:db8::1/64', '10.1.0.1/24']);
  for (const family of [4, 6] as const) {
    bindDatagramSocket(node.machine, family, { family, port: 5_000 });
  }
  setInterfaceUp(node.machine, 0, 0, false, node.sink);
  const targets: [string, number][] = [
    ['10.0.0.1', 0],
    ['10.1.0.1', 1],
    ['127.0.0.1', loopbackIndex],
    ['2001:db8::1', 0],
    ['::1', loopbackIndex],
  ];
  for (const [to] of targets) t.is(sendFrom(node, to.includes(':') ? 6 : 4, to), 'sent');
  t.is(node.datagrams.length, 0, 'not from within the send');
  run(net, nsPerSecond);
  t.deepEqual(
    node.datagrams.map(({ arrival }) => [arrival.destination.address, arrival.interfaceIndex]),
    targets.map(([to, index]) => [ip(to), index]),
  );
  t.is(node.machine.deadlineNs, never);
});

test('an own port that nobody listens to is said to be unreachable', (t) => {
  const { net, node } = lone();
  bindDatagramSocket(node.machine, 1, { family: 4, port: 4_000 });
  sendFrom(node, 1, '10.0.0.1', {}, 4_001);
  run(net, nsPerSecond);
  t.is(node.errors[0]!.arrival.kind, 'port-unreachable');
});

/** Three on one link; everybody listens to port 5000 at any address. */
function segment(group?: Ip) {
  const net = createTestNet();
  const nodes = [1, 2, 3].map((number) =>
    addNode(net, `n${number}`, {
      addresses: [`10.0.0.${number}/24 2001:db8::${number}/64`, `10.1.${number}.1/24`],
    }),
  ) as [TestNode, TestNode, TestNode];
  connect(net, ...nodes.map((node) => [node, 0] as const));
  for (const { machine } of nodes) {
    bindDatagramSocket(machine, 4, { family: 4, port: 5_000 });
    bindDatagramSocket(machine, 6, { family: 6, port: 5_000 });
  }
  if (group !== undefined) joinGroup(nodes[1].machine, 0, group);
  return { net, nodes };
}

test('a broadcast reaches everybody on the link, and nobody else', (t) => {
  for (const to of ['255.255.255.255', '10.0.0.255']) {
    const { net, nodes } = segment();
    t.is(sendFrom(nodes[0], 4, to), 'sent');
    run(net, nsPerSecond);
    t.deepEqual(
      nodes.map((node) => node.datagrams.length),
      [0, 1, 1],
    );
    t.deepEqual(nodes[1].datagrams[0]!.arrival.destination, at(to, 5_000));
  }
});

for (const group of ['239.1.2.3', 'ff15::1234']) {
  test(`a datagram to ${group} reaches who joined, until it leaves, with one hop to go`, (t) => {
    const { net, nodes } = segment(ip(group));
    const token = group.includes(':') ? 6 : 4;
    t.is(sendFrom(nodes[0], token, group), 'sent');
    run(net, nsPerSecond);
    t.deepEqual(
      nodes.map((node) => node.datagrams.length),
      [0, 1, 0],
    );
    t.is(nodes[1].datagrams[0]!.arrival.ttl, 1);
    leaveGroup(nodes[1].machine, 0, ip(group));
    sendFrom(nodes[0], token, group);
    run(net, nsPerSecond);
    t.is(nodes[1].datagrams.length, 1);
  });
}

test('a socket that is bound to a group hears the group only', (t) => {
  const { net, nodes } = segment(ip('239.1.2.3'));
  const options = { family: 4, address: ip('239.1.2.3'), port: 6_000 } as const;
  t.is(bindDatagramSocket(nodes[1].machine, 8, options).kind, 'bound');
  sendFrom(nodes[0], 4, '239.1.2.3', {}, 6_000);
  sendFrom(nodes[0], 4, '10.0.0.2', {}, 6_000);
  run(net, nsPerSecond);
  t.deepEqual(
    nodes[1].datagrams.map(({ socket }) => socket),
    [8],
  );
});

test('joining what is no group is an error', (t) => {
  const { node } = lone();
  const error = t.throws(() => joinGroup(node.machine, 0, ip('10.0.0.9')))!;
  t.is(error.message, 'joinGroup: 10.0.0.9 is not a multicast address');
});

test('a datagram whose checksum is wrong is not delivered', (t) => {
  const { net, nodes } = segment();
  sendFrom(nodes[0], 4, '10.0.0.2');
  run(net, nsPerSecond);
  const frame = net.wires[0]!.seen.at(-1)!.bytes.slice();
  frame[frame.length - 1]! ^= 1;
  nodes[0].sink.transmit(0, { bytes: frame, length: frame.length });
  run(net, nsPerSecond);
  t.is(nodes[1].datagrams.length, 1);
  frame[frame.length - 1]! ^= 1;
  nodes[0].sink.transmit(0, {
    bytes: net.wires[0]!.seen.at(-2)!.bytes.slice(),
    length: frame.length,
  });
  run(net, nsPerSecond);
  t.is(nodes[1].datagrams.length, 2, 'the control');
});
