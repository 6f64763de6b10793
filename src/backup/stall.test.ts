/** Boards that are well, but get no processor for a while: each looks dead to the other meanwhile. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { backupModes } from './board-message.ts';
import { works } from './testing-work.ts';
import { type PeerStream, World, type WorldOptions } from './testing-world.ts';

const limitNs = 5 * nsPerSecond;
const work = works['download']!;

interface Stall {
  readonly board: number;
  readonly forMs: number;
  /** The active dies so long after the stall began. */
  readonly killMs: number;
}

function stalled(options: WorldOptions, { board, forMs, killMs }: Stall) {
  const world = new World({ peerDelayNs: 15 * nsPerMs, ...options });
  world.run(50 * nsPerMs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  work.begin(world, stream);
  world.run(world.nowNs + 60 * nsPerMs);
  world.stall(board, forMs * nsPerMs);
  world.at(world.nowNs + killMs * nsPerMs, () => world.kill(1));
  world.run(limitNs, () => work.isDone(stream) || stream.closed !== undefined);
  return { world, stream };
}

const isUnnoticed = (stream: PeerStream) =>
  work.isRight(stream) && stream.syns + stream.resets + stream.fins === 0;

const stallsMs = [25, 45, 70];
const killsMs = Array.from({ length: 17 }, (_, n) => n * 8);

for (const mode of backupModes) {
  for (const board of [1, 2]) {
    const name = board === 1 ? 'active' : 'standby';
    test(`${mode}: the ${name} gets no processor for a while, and the active dies then or soon after: the peer does not notice`, (t) => {
      for (const forMs of stallsMs) {
        for (const killMs of killsMs) {
          const { stream } = stalled({ mode, seed: killMs }, { board, forMs, killMs });
          t.true(isUnnoticed(stream), `${forMs} ms, killed after ${killMs} ms`);
        }
      }
    });
  }
}

test('control: an active that goes on alone as soon as a standby would take over takes the connection with it', (t) => {
  const outcomes = killsMs.map((killMs) => {
    const { stream } = stalled({ standbySilences: 1 }, { board: 2, forMs: 45, killMs });
    return isUnnoticed(stream);
  });
  t.true(outcomes.includes(false));
});

test('a standby that is dead is waited for three times as long as what detects a death', (t) => {
  const world = new World();
  world.run(50 * nsPerMs);
  world.kill(2);
  const detected = () => world.records.find(({ kind }) => kind === 'backup.detected');
  world.run(limitNs, () => detected() !== undefined);
  t.is(detected()!['silentNs'], 3 * 3 * 10 * nsPerMs);
});

test('a standby that heard late of a connection shows no earlier time than the active did: nothing it says is taken for old', (t) => {
  const rttNs = 2 * 5 * nsPerMs + 4 * 0.05 * nsPerMs;
  const detectionNs = 30 * nsPerMs + 0.05 * nsPerMs;
  for (const killMs of [30, 50, 70]) {
    const world = new World();
    world.run(50 * nsPerMs);
    const stream = world.connect();
    // The SYN has reached the active by then, and what it tells of the connection is on its way.
    world.run(world.nowNs + 5.12 * nsPerMs);
    world.stall(2, 80 * nsPerMs);
    world.run(limitNs, () => stream.isConnected);
    t.true(world.nowNs > 130 * nsPerMs, 'the answer to the SYN waits for the standby');
    work.begin(world, stream);
    world.run(world.nowNs + killMs * nsPerMs);
    world.kill(1);
    world.run(limitNs, () => work.isDone(stream) || stream.closed !== undefined);
    t.true(isUnnoticed(stream));
    t.true(stream.longestGapNs <= detectionNs + 2 * rttNs, `${killMs}: ${stream.longestGapNs}`);
  }
});

test('what was on its way to the active is not sent again and again once it counts as dead', (t) => {
  const world = new World();
  world.run(50 * nsPerMs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  works['upload']!.begin(world, stream);
  world.run(world.nowNs + 20 * nsPerMs);
  world.kill(1);
  world.run(limitNs, () => world.interfaceBoard.epoch === 2);
  world.run(world.nowNs + nsPerMs);
  let frames = 0;
  world.onBoardFrame = () => frames++ < 0;
  world.run(limitNs, () => works['upload']!.isDone(stream));
  t.true(works['upload']!.isRight(stream));
  t.is(frames, 0);
});

for (const [standbySilences, what] of [
  [3, 'a standby that gets no processor while it is brought up to date is waited for'],
  [1, 'control: an active that does not wait for it begins anew with it'],
] as const) {
  test(what, (t) => {
    const world = new World({ standbySilences });
    world.run(50 * nsPerMs);
    world.kill(2);
    const stream = world.connect();
    world.run(limitNs, () => stream.isConnected);
    work.begin(world, stream);
    world.run(limitNs, () => stream.receivedBytes > 50_000);
    const before = world.interfaceBoard.epoch;
    world.start(2, 'standby');
    world.run(limitNs, () => world.boards[1]!.partner.kind === 'syncing');
    world.stall(2, 60 * nsPerMs);
    world.run(limitNs, () => world.boards[1]!.partner.kind === 'synced');
    t.is(world.interfaceBoard.epoch > before, standbySilences === 1);
  });
}
