/**
 * A board that is well gets no processor for so long that the other one goes on without it. From then until both
 * are paired again the other one alone has the connections, and its death is theirs.
 */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { backupModes } from './board-message.ts';
import { works } from './testing-work.ts';
import { type PeerStream, World, type WorldOptions } from './testing-world.ts';

const limitNs = 5 * nsPerSecond;
const work = works['download']!;
const peerDelayNs = 15 * nsPerMs;

interface Stall {
  readonly board: number;
  readonly atMs: number;
  readonly forMs: number;
}

/** What leads to a pair that is none: as `name` says. */
const rows: readonly { readonly name: string; readonly stalls: readonly Stall[] }[] = [
  { name: 'the standby for 130 ms', stalls: [{ board: 2, atMs: 0, forMs: 130 }] },
  {
    name: 'the active for 45 ms, and soon after it the board that took over',
    stalls: [
      { board: 1, atMs: 0, forMs: 45 },
      { board: 2, atMs: 55, forMs: 60 },
    ],
  },
];

interface Run {
  readonly world: World;
  readonly stream: PeerStream;
  readonly beganNs: number;
}

function begin(options: WorldOptions, stalls: readonly Stall[]): Run {
  const world = new World({ peerDelayNs, ...options });
  world.run(50 * nsPerMs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  work.begin(world, stream);
  world.run(world.nowNs + 60 * nsPerMs);
  const beganNs = world.nowNs;
  for (const { board, atMs, forMs } of stalls) {
    world.at(beganNs + atMs * nsPerMs, () => world.stall(board, forMs * nsPerMs));
  }
  return { world, stream, beganNs };
}

const isUnnoticed = (stream: PeerStream) =>
  work.isRight(stream) && stream.syns + stream.resets + stream.fins === 0;

/** The first board's death leaves one that has all that the peer may have seen. */
function isPaired({ boards: [, first, second], interfaceBoard: { epoch } }: World): boolean {
  if (second!.role.kind === 'active' && second!.epoch === epoch) return true;
  return (
    first!.role.kind === 'active' && first!.epoch === epoch && first!.partner.kind === 'synced'
  );
}

for (const mode of backupModes) {
  for (const { name, stalls } of rows) {
    test(`${mode}: no processor for ${name}: the first board's death is noticed only while it alone has the connection`, (t) => {
      let noticed = 0;
      for (let killMs = 0; killMs <= 180; killMs += 3) {
        const { world, stream, beganNs } = begin({ mode, seed: killMs }, stalls);
        world.run(beganNs + killMs * nsPerMs);
        const wasPaired = isPaired(world);
        world.kill(1);
        world.run(limitNs, () => work.isDone(stream) || stream.closed !== undefined);
        if (wasPaired) t.true(isUnnoticed(stream), `killed after ${killMs} ms`);
        if (!isUnnoticed(stream)) noticed++;
      }
      // Otherwise nobody was ever suspected, and it says nothing.
      t.true(noticed > 0);
    });

    test(`${mode}: no processor for ${name}: both are paired again within a millisecond of its end`, (t) => {
      const { world, stream, beganNs } = begin({ mode }, stalls);
      const { atMs, forMs } = stalls.at(-1)!;
      const wokeNs = beganNs + (atMs + forMs) * nsPerMs;
      world.run(wokeNs);
      t.false(isPaired(world));
      world.run(limitNs, () => isPaired(world));
      // Five trips of 0.05 ms: it asks, is appointed, is told, and says that it has it.
      t.true(world.nowNs - wokeNs <= nsPerMs, `${(world.nowNs - wokeNs) / nsPerMs} ms`);
      world.run(limitNs, () => work.isDone(stream));
      t.true(isUnnoticed(stream));
    });
  }
}

test('the first board dies while it alone has the connection: the other one serves again, and the peer is told', (t) => {
  const { world, stream, beganNs } = begin({}, [{ board: 2, atMs: 0, forMs: 130 }]);
  world.run(beganNs + 110 * nsPerMs);
  world.kill(1);
  const alone = () => world.records.find(({ kind }) => kind === 'backup.alone');
  world.run(limitNs, () => alone() !== undefined);
  // Three heartbeats of 10 ms, ten times, and that three times: from its waking on nobody answered.
  const waitedNs = alone()!.atNs - (beganNs + 130 * nsPerMs);
  t.is(Math.round(waitedNs / nsPerMs), 3 * 10 * 3 * 10);
  world.say(stream, 'GET n\n');
  world.run(limitNs, () => stream.closed !== undefined);
  t.is(stream.closed, 'reset');
  const next = world.connect();
  world.run(limitNs, () => next.isConnected);
  t.is(world.interfaceBoard.speaker, 2);
});

test('a board that was fenced asks whether the other one lives by the interface board, and leaves it the epoch while it answers', (t) => {
  const { world, stream } = begin({}, []);
  world.isChannelCut = true;
  world.run(limitNs, () => work.isDone(stream));
  world.run(world.nowNs + 3 * nsPerSecond);
  t.true(isUnnoticed(stream));
  t.is(world.interfaceBoard.epoch, 2);
  t.deepEqual(
    world.records.filter(({ kind }) => kind === 'backup.alone'),
    [],
  );
});
