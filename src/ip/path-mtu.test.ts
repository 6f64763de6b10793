import test from 'ava';
import { nsPerSecond } from '../base/time.ts';
import { sendDatagram } from './datagram-output.ts';
import { at, pairAddress, payload, routedPair, run } from './testing-wire.ts';

type Pair = ReturnType<typeof routedPair>;

function send(pair: Pair, family: 4 | 6, bytes: number, dontFragment = false) {
  const { machine, sink } = pair.client;
  const to = at(pairAddress[family].server, 5_000);
  return sendDatagram(machine, pair.net.nowNs, family, payload(bytes), to, { dontFragment }, sink);
}

test('IPv6: after the first packet was too big, the next ones are cut at the source and arrive', (t) => {
  const pair = routedPair(1_280);
  send(pair, 6, 1_400);
  run(pair.net, nsPerSecond);
  t.is(pair.server.datagrams.length, 0, 'the control: a router does not cut');
  t.is(pair.client.errors[0]!.arrival.kind, 'packet-too-big');
  t.is(pair.client.errors[0]!.arrival.mtuBytes, 1_280);
  t.is(send(pair, 6, 1_400), 'sent');
  run(pair.net, nsPerSecond);
  t.deepEqual(pair.server.datagrams[0]!.arrival.payload, payload(1_400));
});

test('IPv4: with DF a send is refused once the path is known to be smaller, and one that fits goes', (t) => {
  const pair = routedPair(600);
  t.is(send(pair, 4, 1_400, true), 'sent');
  run(pair.net, nsPerSecond);
  t.is(send(pair, 4, 573, true), 'message-too-long');
  t.is(send(pair, 4, 572, true), 'sent', '600 - 20 - 8');
  run(pair.net, nsPerSecond);
  t.is(pair.server.datagrams.length, 1);
});

test('what was learnt is tried again after 10 minutes (RFC 1191 6.3)', (t) => {
  const pair = routedPair(600);
  send(pair, 4, 1_400, true);
  run(pair.net, nsPerSecond);
  run(pair.net, 598 * nsPerSecond);
  t.is(send(pair, 4, 1_400, true), 'message-too-long');
  run(pair.net, 2 * nsPerSecond);
  t.is(send(pair, 4, 1_400, true), 'sent');
});

test('the path to one address says nothing about another', (t) => {
  const pair = routedPair(600);
  send(pair, 4, 1_400, true);
  run(pair.net, nsPerSecond);
  const { machine, sink } = pair.client;
  const other = at('10.1.0.9', 5_000);
  t.is(
    sendDatagram(machine, pair.net.nowNs, 4, payload(1_400), other, { dontFragment: true }, sink),
    'sent',
  );
});

for (const family of [4, 6] as const) {
  test(`IPv${family}: an error for a port that is not ours does not make the path smaller`, (t) => {
    const pair = routedPair(1_280);
    pair.client.machine.sockets.byPort.fill(undefined);
    send(pair, family, 1_400, true);
    run(pair.net, nsPerSecond);
    t.is(pair.client.machine.pathMtus?.size ?? 0, 0);
  });
}

test('a datagram that no header can hold is too long', (t) => {
  const pair = routedPair();
  t.is(send(pair, 4, 65_507), 'sent');
  t.is(send(pair, 4, 65_508), 'message-too-long');
  t.is(send(pair, 6, 65_527), 'sent');
  t.is(send(pair, 6, 65_528), 'message-too-long');
  t.is(send(pair, 4, 1_473, true), 'message-too-long', 'the own link');
  run(pair.net, nsPerSecond);
  const lengths = pair.server.datagrams.map(({ arrival }) => arrival.payload.length);
  t.deepEqual(lengths.toSorted(), [65_507, 65_527], 'though the neighbour had to be found first');
});
