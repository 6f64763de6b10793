import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { backupModes } from './board-message.ts';
import { type Work, works } from './testing-work.ts';
import { type PeerStream, textOfStream, World, type WorldOptions } from './testing-world.ts';

/** Of each cell; a round of the proof has twenty times as many. */
const killsInTests = 10;
const syncedNs = 50 * nsPerMs;
const limitNs = 120 * nsPerSecond;

interface Outcome {
  readonly world: World;
  readonly stream: PeerStream;
}

/** The active dies `killNs` after the peer began to connect. */
function runWith(options: WorldOptions, work: Work, killNs: number): Outcome {
  const world = new World(options);
  world.run(syncedNs);
  const stream = world.connect();
  world.at(world.nowNs + killNs, () => world.kill(1));
  world.run(limitNs, () => stream.isConnected);
  if (stream.isConnected) work.begin(world, stream);
  world.run(limitNs, () => work.isDone(stream) || stream.closed !== undefined);
  // Also when the work was done before: the connection must outlive the board.
  world.run(Math.max(world.nowNs, syncedNs + killNs) + 200 * nsPerMs);
  return { world, stream };
}

/** The peer's view: nothing in the middle of its stream that a connection of its own would not have shown. */
function isUnnoticed({ syns, resets, fins, hasEnded }: PeerStream): boolean {
  return syns === 0 && resets === 0 && (fins === 0 || hasEnded);
}

const conditions = [
  { name: 'a clean link', lossRatio: 0, reorderRatio: 0 },
  { name: '1 % loss', lossRatio: 0.01, reorderRatio: 0 },
  { name: '5 % loss', lossRatio: 0.05, reorderRatio: 0 },
  { name: 'reordering', lossRatio: 0, reorderRatio: 0.1 },
];

for (const mode of backupModes) {
  const sentence = mode === 'messages' ? 'system 3.5' : 'system 5.5';
  for (const [name, work] of Object.entries(works)) {
    for (const { name: condition, lossRatio, reorderRatio } of conditions) {
      test(`${sentence}: killed at any time during ${name} on ${condition}, the peer does not notice`, (t) => {
        const times = fc.record({
          seed: fc.nat(99_999),
          killNs: fc.integer({ min: 0, max: 150 * nsPerMs }),
        });
        const property = fc.property(times, ({ seed, killNs }) => {
          const { stream } = runWith({ mode, seed, lossRatio, reorderRatio }, work, killNs);
          t.true(
            work.isRight(stream),
            `${mode} ${name}: ${stream.receivedBytes} bytes, ${stream.closed}`,
          );
          t.true(isUnnoticed(stream), JSON.stringify(stream.resets));
        });
        fc.assert(property, propertyRuns(killsInTests));
      });
    }
  }
}

for (const mode of backupModes) {
  test(`${mode}: the gap at the peer is at most detection and two round trips`, (t) => {
    const rttNs = 2 * 5 * nsPerMs + 4 * 0.05 * nsPerMs;
    // Three heartbeats of 10 ms, counted from the last thing heard, which was under way when the board died.
    const detectionNs = 3 * 10 * nsPerMs + 0.05 * nsPerMs;
    for (const name of ['download', 'echo'] as const) {
      for (let kill = 0; kill < 12; kill++) {
        const killNs = 20 * nsPerMs + kill * 1.7 * nsPerMs;
        const { stream } = runWith({ mode }, works[name]!, killNs);
        t.true(works[name]!.isRight(stream));
        t.true(
          stream.longestGapNs <= detectionNs + 2 * rttNs,
          `${name} ${kill}: ${stream.longestGapNs}`,
        );
      }
    }
  });
}

for (const mode of backupModes) {
  for (const [name, work] of Object.entries(works)) {
    test(`${mode}, no interface board: killed during ${name}, the peer asks again and does not notice more`, (t) => {
      for (let kill = 0; kill < 8; kill++) {
        // Later than the end of the handshake: a SYN-ACK that was not answered would be sent again.
        const killNs = 17 * nsPerMs + kill * 4.3 * nsPerMs;
        const { stream } = runWith({ mode, isPlain: true }, work, killNs);
        t.true(work.isRight(stream), `${kill}: ${stream.receivedBytes} ${stream.closed}`);
        t.true(isUnnoticed(stream));
      }
    });
  }
}

test('what the peer says while a standby asks for the epoch is answered as well', (t) => {
  for (const mode of backupModes) {
    // So far from the interface board it asks for 6 ms.
    const world = new World({ mode, boardDelayNs: 3 * nsPerMs });
    world.run(syncedNs);
    const stream = world.connect();
    world.run(limitNs, () => stream.isConnected);
    const questions = 60;
    for (let n = 0; n < questions; n++) {
      world.at(world.nowNs + n * nsPerMs, () => world.say(stream, 'INCR n\n'));
    }
    world.run(world.nowNs + 20 * nsPerMs);
    world.kill(1);
    world.run(world.nowNs + 300 * nsPerMs);
    const numbers = Array.from({ length: questions }, (_, n) => `${n + 1}\n`);
    t.is(textOfStream(stream), numbers.join(''), mode);
  }
});

test('system 3.5: data that is sent again begins at the beginning of a message', (t) => {
  const world = new World({ trace: true });
  world.run(syncedNs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  works['download']!.begin(world, stream);
  world.run(limitNs, () => stream.receivedBytes > 150_000);
  world.kill(1);
  world.run(limitNs, () => works['download']!.isDone(stream));
  t.true(works['download']!.isRight(stream));
  const resumed = world.records.find(({ kind }) => kind === 'backup.resumed')!;
  const starts = world.records
    .filter(({ kind }) => kind === 'backup.boundaries')
    .map(({ first }) => first);
  t.true(starts.includes(resumed['from']!));
});

test('system 3.6: a board that was stopped and goes on is fenced, says nothing, and becomes a standby', (t) => {
  const world = new World();
  world.run(syncedNs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  works['download']!.begin(world, stream);
  world.run(limitNs, () => stream.receivedBytes > 50_000);
  world.asleep.add(1);
  world.run(world.nowNs + 100 * nsPerMs);
  world.asleep.delete(1);
  world.run(limitNs, () => works['download']!.isDone(stream));
  world.run(world.nowNs + 200 * nsPerMs);
  t.true(works['download']!.isRight(stream));
  t.true(isUnnoticed(stream));
  t.is(world.interfaceBoard.epoch, 2);
  t.is(world.boards[1]!.role.kind, 'standby');
  t.true(world.boards[1]!.isSynced);
});

test('split brain: with the link between the boards cut, one goes on and the other falls silent', (t) => {
  const world = new World();
  world.run(syncedNs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  works['echo']!.begin(world, stream);
  world.run(limitNs, () => stream.receivedBytes > 20);
  world.isChannelCut = true;
  world.run(limitNs, () => works['echo']!.isDone(stream));
  t.true(works['echo']!.isRight(stream));
  t.true(isUnnoticed(stream));
  t.is(world.boards.filter((board) => board?.role.kind === 'active').length, 1);
});

test('killed during the handshake, the peer is connected without asking again', (t) => {
  for (const mode of backupModes) {
    for (let step = 0; step <= 24; step++) {
      const killNs = step * 0.5 * nsPerMs;
      const world = new World({ mode });
      world.run(syncedNs);
      const stream = world.connect();
      world.at(world.nowNs + killNs, () => world.kill(1));
      world.run(limitNs, () => stream.isConnected);
      // A first SYN is asked again after a second (RFC 6298 2.1): it must not come to that.
      t.true(world.nowNs < syncedNs + 100 * nsPerMs, `${mode} ${killNs}: ${world.nowNs}`);
      world.say(stream, 'INCR n\n');
      world.run(limitNs, () => textOfStream(stream) === '1\n');
      t.is(stream.resets, 0);
    }
  }
});

/**
 * Several peers count by one counter while a board dies, and what it sent to its standby last is lost with it;
 * every number they heard.
 */
function countTogether(seed: number, isUngated: boolean): number[] {
  const world = new World({ seed, isUngated });
  world.run(syncedNs);
  const streams = Array.from({ length: 6 }, () => world.connect());
  world.run(limitNs, () => streams.every(({ isConnected }) => isConnected));
  // Not in the order in which they connected, which is that in which the standby would serve them.
  for (const [index, stream] of streams.toReversed().entries()) {
    world.at(world.nowNs + index * 1.7 * nsPerMs, () => works['echo']!.begin(world, stream));
  }
  world.run(world.nowNs + 30 * nsPerMs + seed * 1.7 * nsPerMs);
  world.onBoardFrame = (from) => from !== 1;
  world.run(world.nowNs + 6 * nsPerMs);
  world.onBoardFrame = undefined;
  world.kill(1);
  world.run(world.nowNs + nsPerSecond);
  return streams.flatMap((stream) => textOfStream(stream).trim().split('\n').map(Number));
}

const areDistinct = (numbers: readonly number[]) =>
  new Set(numbers).size === numbers.length && Math.max(...numbers) === numbers.length;

test('control, gate off: what peers were told is lost with the board that told it', (t) => {
  const runs = Array.from({ length: 10 }, (_, seed) => countTogether(seed, true));
  t.true(
    runs.some((numbers) => !areDistinct(numbers)),
    'without the gate nothing was ever lost',
  );
});

test('control: with the gate each number is said once, whenever the board dies', (t) => {
  for (let seed = 0; seed < 10; seed++) t.true(areDistinct(countTogether(seed, false)));
});

test('control, a cold standby: it has the address and not the connection, and the peer is reset', (t) => {
  const { stream } = runWith({ isCold: true }, works['upload']!, 25 * nsPerMs);
  t.true(stream.resets > 0);
  t.is(stream.closed, 'reset');
});
