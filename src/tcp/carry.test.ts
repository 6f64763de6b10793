import test from 'ava';
import { seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { restoreMachine, serialiseMachine } from './carry.ts';
import { createTcpMachine } from './machine.ts';
import type { TcpMachine } from './machine-state.ts';
import { connectPair, patternOf, readAll, run, sendAll, type TestSide } from './testing-wire.ts';

function fresh(): TcpMachine {
  return createTcpMachine({ random: seedRandom(2), mtuTo: () => 1_500 });
}

/** Another machine has what the side's had. */
function replaceMachine(side: TestSide): void {
  const bytes = serialiseMachine(side.machine);
  const before = side.machine.connections.slots.filter((one) => one !== undefined);
  side.machine = fresh();
  const outcome = restoreMachine(side.machine, bytes, 0);
  if (outcome.kind !== 'restored') throw new Error(outcome.reason);
  for (const one of before) side.renamed.set(one, outcome.connections.get(one.id)!);
}

for (const [what, atMs] of [
  ['before the SYN came', 5],
  ['in the middle of the handshake', 15],
  ['in the middle of a transfer', 300],
] as const) {
  test(`a machine that is another one ${what} takes and gives the same bytes, and resets nobody`, (t) => {
    const { wire, client } = connectPair();
    const [a, b] = wire.sides;
    const stream = patternOf(2_000_000);
    sendAll(wire, a, stream, client);
    const read = readAll(wire, b);
    run(wire, wire.nowNs + atMs * nsPerMs);
    replaceMachine(b);
    run(wire);
    t.is(Buffer.compare(Buffer.concat(read), stream), 0);
    t.deepEqual(
      [...a.closed, ...b.closed].map(({ reason }) => reason),
      ['finished', 'finished'],
    );
  });
}

test('a listener and whoever is half open at it go along, and its port is in use', (t) => {
  const { wire } = connectPair();
  run(wire, wire.nowNs + 15 * nsPerMs);
  const [, b] = wire.sides;
  replaceMachine(b);
  t.deepEqual(
    b.machine.listeners.map((one) => [one?.port, one?.halfOpen]),
    [[80, 1]],
  );
  run(wire, wire.nowNs + nsPerSecond);
  t.is(b.machine.listeners[0]!.halfOpen, 0);
  t.is(b.accepted.length, 1);
});

test('the secret goes along, so that a cookie of before is one', (t) => {
  const before = createTcpMachine({ random: seedRandom(1), mtuTo: () => 1_500 });
  const after = fresh();
  t.notDeepEqual(after.secret, before.secret);
  t.is(restoreMachine(after, serialiseMachine(before), 0).kind, 'restored');
  t.deepEqual(after.secret, before.secret);
});

test('what is no machine is refused with a word', (t) => {
  const bytes = serialiseMachine(fresh());
  t.is(restoreMachine(fresh(), bytes.subarray(0, 20), 0).kind, 'unreadable');
  t.is(restoreMachine(fresh(), new Uint8Array([9, 9]), 0).kind, 'unreadable');
  t.is(restoreMachine(fresh(), new Uint8Array([0]), 0).kind, 'unreadable');
});
