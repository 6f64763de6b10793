import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { backupModes } from './board-message.ts';
import { works } from './testing-work.ts';
import { type PeerStream, World, type WorldOptions } from './testing-world.ts';

const limitNs = 60 * nsPerSecond;
const syncedNs = 50 * nsPerMs;

function begun(name: string, options: WorldOptions): { world: World; stream: PeerStream } {
  const world = new World(options);
  world.run(syncedNs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  works[name]!.begin(world, stream);
  return { world, stream };
}

const ofKind = (world: World, kind: string) => world.records.filter((one) => one.kind === kind);

for (const mode of backupModes) {
  for (const name of ['upload', 'download', 'echo'] as const) {
    test(`${mode}: a new standby joins during ${name}, and the next failure is survived too`, (t) => {
      const work = works[name]!;
      const { world, stream } = begun(name, { mode, peerDelayNs: 8 * nsPerMs });
      world.run(world.nowNs + 30 * nsPerMs);
      world.kill(1);
      world.run(world.nowNs + 60 * nsPerMs);
      const before = ofKind(world, 'backup.synced').length;
      world.start(1, 'active');
      world.run(limitNs, () => ofKind(world, 'backup.synced').length > before);
      world.kill(2);
      world.run(limitNs, () => work.isDone(stream));
      t.true(work.isRight(stream));
      t.is(stream.resets + stream.syns, 0);
      t.is(world.interfaceBoard.epoch, 3);
    });
  }

  test(`${mode}: while a standby is brought up to date the stream does not pause`, (t) => {
    const { world, stream } = begun('echo', { mode });
    world.kill(2);
    world.run(world.nowNs + 100 * nsPerMs);
    stream.longestGapNs = 0;
    world.start(2, 'standby');
    world.run(limitNs, () => works['echo']!.isDone(stream));
    t.true(works['echo']!.isRight(stream));
    // Each question goes there and back, with what the boards take before and behind it.
    t.true(stream.longestGapNs <= 2 * 5 * nsPerMs + 2 * nsPerMs, String(stream.longestGapNs));
  });
}

test('system 5.4: when backing up begins in the middle of a stream, packets are sent on from the named number', (t) => {
  const { world, stream } = begun('upload', { mode: 'packets', trace: true, lossRatio: 0.03 });
  world.kill(2);
  world.run(world.nowNs + 60 * nsPerMs);
  world.start(2, 'standby');
  world.run(limitNs, () => works['upload']!.isDone(stream));
  t.true(works['upload']!.isRight(stream));
  const named = ofKind(world, 'backup.demarcation');
  const resumed = ofKind(world, 'backup.resumed-from');
  t.is(resumed.length, 1);
  t.is(resumed[0]!['named'], named.at(-1)!['named']);
  t.true(Number(resumed[0]!['from']) <= Number(resumed[0]!['named']));
});

test('boards of two versions do not pair: both say so, and the service goes on', (t) => {
  const { world, stream } = begun('echo', {});
  world.kill(2);
  world.run(world.nowNs + 60 * nsPerMs);
  const other = world.start(2, 'standby');
  Object.assign(other.options, { version: 9 });
  world.run(limitNs, () => works['echo']!.isDone(stream));
  t.true(works['echo']!.isRight(stream));
  const [told] = ofKind(world, 'backup.other-version');
  t.is(told!['version'], 9);
  t.false(other.isSynced);
});

test('a standby that dies costs nothing but its protection', (t) => {
  for (const mode of backupModes) {
    const { world, stream } = begun('download', { mode });
    world.run(limitNs, () => stream.receivedBytes > 50_000);
    world.kill(2);
    world.run(limitNs, () => works['download']!.isDone(stream));
    t.true(works['download']!.isRight(stream));
    t.is(stream.resets, 0);
    t.is(world.interfaceBoard.epoch, 2);
  }
});

test('a thousand connections are taken over within 100 ms and detection', (t) => {
  const world = new World();
  world.run(syncedNs);
  const streams = Array.from({ length: 1_000 }, () => world.connect());
  world.run(limitNs, () => streams.every(({ isConnected }) => isConnected));
  for (const stream of streams) world.say(stream, 'INCR n\n');
  world.run(limitNs, () => streams.every(({ receivedBytes }) => receivedBytes > 0));
  world.kill(1);
  const killedNs = world.nowNs;
  for (const stream of streams) {
    stream.receivedBytes = 0;
    world.say(stream, 'INCR n\n');
  }
  world.run(limitNs, () => streams.every(({ receivedBytes }) => receivedBytes > 0));
  t.is(streams.filter(({ resets }) => resets > 0).length, 0);
  const detectionNs = 30 * nsPerMs + 0.05 * nsPerMs;
  t.true(world.nowNs - killedNs <= detectionNs + 100 * nsPerMs, String(world.nowNs - killedNs));
});
