import test from 'ava';
import { seedRandom } from '../base/random.ts';
import { createTcpMachine } from './machine.ts';
import { restoreConnection, serialiseConnection } from './serialise.ts';
import { connectPair, patternOf, run, sendAll } from './testing-wire.ts';

const second = 1_000_000_000;

function fresh() {
  return createTcpMachine({ random: seedRandom(2), mtuTo: () => 1_500 });
}

test('a connection in the middle of a transfer is the same after a trip through bytes', (t) => {
  const { wire, client } = connectPair();
  sendAll(wire, wire.sides[0], patternOf(300_000), client);
  run(wire, wire.nowNs + 0.05 * second);
  t.true(client.send.flight.count > 0);
  const bytes = serialiseConnection(client);
  const outcome = restoreConnection(fresh(), bytes, 0);
  if (outcome.kind !== 'restored') throw new Error(outcome.kind);
  const { id, queuedAtNs, isWarm } = client;
  const again = { ...outcome.connection, id, queuedAtNs, isWarm };
  t.is(Buffer.compare(serialiseConnection(again), bytes), 0);
});

test('on a clock that shows more, every moment lies as far away as before', (t) => {
  const { wire, client } = connectPair();
  sendAll(wire, wire.sides[0], patternOf(300_000), client);
  run(wire, wire.nowNs + 0.05 * second);
  const shiftNs = 3_600 * second;
  const outcome = restoreConnection(fresh(), serialiseConnection(client), shiftNs);
  if (outcome.kind !== 'restored') throw new Error(outcome.kind);
  const { timers, rack } = outcome.connection;
  t.is(timers.retransmitAtNs, client.timers.retransmitAtNs + shiftNs);
  t.is(timers.keepAliveAtNs, Number.POSITIVE_INFINITY);
  t.is(rack.sentAtNs, client.rack.sentAtNs + shiftNs);
});

test('what is no connection, or of another format, or already there, is refused with a word', (t) => {
  const { wire, client } = connectPair();
  const bytes = serialiseConnection(client);
  t.is(restoreConnection(wire.sides[0].machine, bytes, 0).kind, 'in-use');
  t.is(restoreConnection(fresh(), bytes.subarray(0, 100), 0).kind, 'unreadable');
  t.is(restoreConnection(fresh(), new Uint8Array([9, 9, 9]), 0).kind, 'unreadable');
});
