import test from 'ava';
import { nsPerMs } from '../base/time.ts';
import { sendDatagram } from './datagram-output.ts';
import { bindDatagramSocket } from './datagram-sockets.ts';
import {
  addNode,
  at,
  connect,
  createTestNet,
  payload,
  run,
  type TestNode,
} from './testing-wire.ts';

function pair() {
  const net = createTestNet();
  const left = addNode(net, 'left', { addresses: ['10.0.0.1/24 2001:db8::1/64'] });
  const right = addNode(net, 'right', { addresses: ['10.0.0.2/24 2001:db8::2/64'] });
  const wire = connect(net, [left, 0], [right, 0]);
  return { net, left, right, wire };
}

function bind(node: TestNode, token: number, port: number, family: 4 | 6 = 4) {
  return bindDatagramSocket(node.machine, token, { family, port });
}

for (const [family, to, from] of [
  [4, '10.0.0.2', '10.0.0.1'],
  [6, '2001:db8::2', '2001:db8::1'],
] as const) {
  test(`a datagram over IPv${family} arrives with its endpoints, TTL and payload`, (t) => {
    const { net, left, right } = pair();
    bind(left, 1, 4_000, family);
    bind(right, 2, 5_000, family);
    const { machine, sink } = left;
    t.is(sendDatagram(machine, net.nowNs, 1, payload(99), at(to, 5_000), { ttl: 7 }, sink), 'sent');
    run(net, 10 * nsPerMs);
    t.is(right.datagrams.length, 1);
    const { socket, arrival } = right.datagrams[0]!;
    t.is(socket, 2);
    t.deepEqual(arrival.source, at(from, 4_000));
    t.deepEqual(arrival.destination, at(to, 5_000));
    t.is(arrival.ttl, 7);
    t.is(arrival.interfaceIndex, 0);
    t.deepEqual(arrival.payload, payload(99));
    t.is(left.machine.deadlineNs, Number.POSITIVE_INFINITY);
  });
}
