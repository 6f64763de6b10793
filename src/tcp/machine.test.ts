import test from 'ava';
import type { Connection } from './connection.ts';
import { stopListening } from './listeners.ts';
import { step } from './machine.ts';
import { openConnection } from './open.ts';
import { connectPair, endpointOf, patternOf, readAll, run, sendAll } from './testing-wire.ts';
import { closeConnection, consumeBytes, readableBytes } from './user-calls.ts';

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

test('a window that stays shut for a minute opens again, and the stream goes on', (t) => {
  const { wire, client, server } = connectPair({}, { receiveBufferBytes: 30_000 });
  const [a, b] = wire.sides;
  const sent = patternOf(200_000);
  sendAll(wire, a, sent, client);
  run(wire, wire.nowNs + 60 * second);
  t.is(client.send.windowBytes, 0);
  const probes = client.send.windowProbes;
  t.true(probes > 3 && probes < 12, `${probes} probes, each twice as far from the last`);
  const read = readAll(wire, b);
  b.onReadable(server());
  run(wire, wire.nowNs + 5 * second);
  t.is(Buffer.compare(Buffer.concat(read), sent), 0);
  t.is(client.state, 'time-wait');
});

test('who closed goes on hearing the other side', (t) => {
  const { wire, client, server } = connectPair();
  const [a, b] = wire.sides;
  run(wire, wire.nowNs + second);
  closeConnection(a.machine, wire.nowNs, client, a.sink);
  run(wire, wire.nowNs + second);
  const read = readAll(wire, a);
  a.onEnded = () => {};
  sendAll(wire, b, patternOf(100_000), server());
  run(wire, wire.nowNs + second);
  t.is(Buffer.concat(read).length, 100_000);
  t.is(client.state, 'time-wait');
});

test('thousands of short connections leave nothing behind', (t) => {
  const { wire } = connectPair({ delayNs: 1_000_000 });
  const [a, b] = wire.sides;
  const count = 2_000;
  let heard = 0;
  b.onReadable = (connection) => {
    const { length } = readableBytes(connection);
    heard += length;
    consumeBytes(b.machine, wire.nowNs, connection, length, b.sink);
  };
  b.onEnded = (connection) => closeConnection(b.machine, wire.nowNs, connection, b.sink);
  for (let each = 0; each < count; each++) {
    const options = { local: endpointOf(a, 10_000 + each), remote: endpointOf(b, 80) };
    const opened = openConnection(a.machine, wire.nowNs, options, a.sink) as Connection;
    sendAll(wire, a, patternOf(50), opened);
    if (each % 50 === 49) run(wire, wire.nowNs + second / 50);
  }
  run(wire, wire.nowNs + second);
  t.is(heard, 50 * count);
  t.is(b.machine.connections.count, 1, 'the one that was there before');
  t.is(a.machine.connections.count, count + 1, 'the closer waits');
  run(wire, wire.nowNs + 61 * second);
  t.is(a.machine.connections.count, 1);
  t.is(a.closed.filter(({ reason }) => reason === 'finished').length, count);
});
