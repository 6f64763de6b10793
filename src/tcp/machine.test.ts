import test from 'ava';
import { stopListening } from './listeners.ts';
import { step } from './machine.ts';
import { connectPair, patternOf, readAll, run, sendAll } from './testing-wire.ts';
import { closeConnection } from './user-calls.ts';

const second = 1_000_000_000;

for (const family of [4, 6] as const) {
  test(`a connection over IPv${family} opens in three segments and closes from both sides`, (t) => {
    const { wire, client, server } = connectPair({ family });
    const [a, b] = wire.sides;
    run(wire, wire.nowNs + second);
    t.is(client.state, 'established');
    t.is(server().state, 'established');
    t.is(wire.seen.length, 3);
    closeConnection(a.machine, wire.nowNs, client, a.sink);
    run(wire, wire.nowNs + second);
    t.is(client.state, 'fin-wait-2');
    t.is(server().state, 'close-wait');
    closeConnection(b.machine, wire.nowNs, server(), b.sink);
    run(wire, wire.nowNs + second);
    t.is(client.state, 'time-wait');
    t.is(server().state, 'closed');
    t.deepEqual(
      a.closed.map(({ reason }) => reason),
      ['finished'],
    );
    t.deepEqual(
      b.closed.map(({ reason }) => reason),
      ['finished'],
    );
    run(wire);
    t.is(client.state, 'closed');
    t.is(a.machine.connections.count + b.machine.connections.count, 0);
  });
}

test('a stream written before the connection stands arrives as it was written', (t) => {
  const { wire, client } = connectPair();
  const [a, b] = wire.sides;
  const sent = patternOf(1_000_000);
  const read = readAll(wire, b);
  sendAll(wire, a, sent, client);
  run(wire, wire.nowNs + 5 * second);
  t.is(Buffer.compare(Buffer.concat(read), sent), 0);
  t.is(client.state, 'time-wait');
  t.is(client.counts.bytesSent, sent.length, 'nothing is sent twice where nothing is lost');
});

test('nobody listens any more: a SYN is refused', (t) => {
  const { wire, client } = connectPair();
  const [a, b] = wire.sides;
  stopListening(b.machine, b.machine.listeners[0]!);
  run(wire);
  t.is(client.state, 'closed');
  t.deepEqual(
    a.closed.map(({ reason }) => reason),
    ['refused'],
  );
});

test('what happens can be given as values', (t) => {
  const { wire, client, server } = connectPair();
  const [a, b] = wire.sides;
  const read = readAll(wire, b);
  const bytes = patternOf(100);
  step(a.machine, wire.nowNs, { kind: 'write', connection: client, bytes }, a.sink);
  run(wire, wire.nowNs + second);
  t.deepEqual(Buffer.concat(read), Buffer.from(bytes));
  step(a.machine, wire.nowNs, { kind: 'abort', connection: client }, a.sink);
  run(wire, wire.nowNs + second);
  t.is(server().state, 'closed');
  t.deepEqual(
    b.closed.map(({ reason }) => reason),
    ['reset'],
  );
});
