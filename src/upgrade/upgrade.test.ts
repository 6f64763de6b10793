import test from 'ava';
import fc from 'fast-check';
import { type Served, World } from './testing-world.ts';

const order = [
  'upgrade.target-created',
  'upgrade.state-copied',
  'upgrade.completeness-decided',
  'upgrade.source-stopped',
  'upgrade.data-copied',
  'upgrade.indication',
  'upgrade.request',
  'upgrade.switched',
  'upgrade.source-left',
];

function messagesOf(served: readonly Served[], socket: number): number[] {
  return served.filter((one) => one.socket === socket).map(({ message }) => message);
}

/** Each message of each peer once, in order, and one counter for all. */
function assertExact(world: World): boolean {
  const counts = world.served.map(({ count }) => count);
  const isCounted = counts.every((count, at) => count === at + 1);
  return (
    world.peers.every(({ socket, sent }) => {
      const numbers = messagesOf(world.served, socket);
      return numbers.length === sent / 3 && numbers.every((number, at) => number === at);
    }) && isCounted
  );
}

test('system 4.0, 4.1: a switch goes through its steps in the order of the method', (t) => {
  const world = new World(1, 3);
  t.deepEqual(world.trace.slice(0, 2), ['upgrade.mapping', 'upgrade.registered']);
  world.upgrade();
  world.settle();
  t.deepEqual(
    world.trace.filter((kind) => order.includes(kind)),
    order,
  );
  t.is(world.owner.pid, 1);
});

test('system 4.4: peers lose nothing, whatever moves first, in a row of upgrades', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0 }), fc.integer({ min: 1, max: 6 }), (seed, upgrades) => {
      const world = new World(seed, 4);
      for (let at = 0; at < upgrades; at++) {
        world.run(50);
        world.upgrade();
        world.run(300);
      }
      world.settle();
      t.is(world.owner.pid, upgrades);
      return assertExact(world);
    }),
    { seed: 4, numRuns: 300 },
  );
});

test('system 4.6: a target that is killed at any step leaves the source serving', (t) => {
  const owners = new Set<number>();
  fc.assert(
    fc.property(fc.integer({ min: 0 }), fc.integer({ min: 0, max: 120 }), (seed, steps) => {
      const world = new World(seed, 4);
      world.upgrade();
      world.run(steps);
      world.killTarget();
      world.run(300);
      world.settle();
      owners.add(world.owner.pid);
      return world.owner.isAlive && world.owner.isReading && assertExact(world);
    }),
    { seed: 5, numRuns: 1_000 },
  );
  t.deepEqual([...owners].sort(), [0, 1]);
});
