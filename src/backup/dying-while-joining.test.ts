import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { backupModes } from './board-message.ts';
import { works } from './testing-work.ts';
import { type PeerStream, World, type WorldOptions } from './testing-world.ts';

const limitNs = 20 * nsPerSecond;
const work = works['download']!;

/** A download from a board that stands alone, and after a while a standby that joins. */
function joined(options: WorldOptions): { world: World; stream: PeerStream } {
  const world = new World(options);
  world.run(50 * nsPerMs);
  world.kill(2);
  world.run(world.nowNs + 60 * nsPerMs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  work.begin(world, stream);
  world.run(limitNs, () => stream.receivedBytes > 50_000);
  world.start(2, 'standby');
  return { world, stream };
}

/** The active dies when it has sent so many frames to the standby that joins. */
function killAfter(world: World, frames: number): void {
  let sent = 0;
  world.onBoardFrame = (from, frame) => {
    if (from !== 1 || frame.kind !== 'part') return true;
    if (sent++ === frames) world.kill(1);
    return sent <= frames;
  };
}

const ofKind = (world: World, kind: string) => world.records.filter((one) => one.kind === kind);

for (const mode of backupModes) {
  test(`${mode}: the active dies while a standby joins: what was told goes on, what was not is named and reset`, (t) => {
    const outcomes = new Set<string>();
    for (let frames = 1; frames < 320; frames += 13) {
      const { world, stream } = joined({ mode });
      killAfter(world, frames);
      world.run(limitNs, () => work.isDone(stream) || stream.closed !== undefined);
      const [unsynced] = ofKind(world, 'backup.unsynced');
      const lost = Number(unsynced?.['lost'] ?? 0);
      t.is(stream.resets > 0, lost > 0, `${frames} frames: ${lost} lost, ${stream.resets} resets`);
      t.is(work.isRight(stream), lost === 0, `${frames} frames: ${stream.receivedBytes}`);
      outcomes.add(lost > 0 ? 'lost' : 'kept');
    }
    t.deepEqual([...outcomes].toSorted(), ['kept', 'lost']);
  });

  test(`${mode}: the link between the boards is cut while a standby joins: the active goes on`, (t) => {
    for (let frames = 1; frames < 60; frames += 9) {
      const { world, stream } = joined({ mode });
      let sent = 0;
      world.onBoardFrame = () => sent++ < frames;
      world.run(limitNs, () => work.isDone(stream));
      t.true(work.isRight(stream), `${frames} frames`);
      t.is(stream.resets, 0);
      t.deepEqual(ofKind(world, 'backup.unsynced'), []);
    }
  });
}

test('the only board dies and comes back: nobody else speaks, and it serves again', (t) => {
  const world = new World();
  world.run(50 * nsPerMs);
  world.kill(2);
  world.run(world.nowNs + 60 * nsPerMs);
  world.kill(1);
  world.start(1, 'active');
  world.run(world.nowNs + 500 * nsPerMs);
  t.is(ofKind(world, 'backup.alone').length, 1);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  world.say(stream, 'INCR n\n');
  world.run(limitNs, () => stream.receivedBytes === 2);
  t.is(stream.receivedBytes, 2);
});

test('a board that comes back while its standby takes over does not take the epoch from it', (t) => {
  const world = new World();
  world.run(50 * nsPerMs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  work.begin(world, stream);
  world.run(limitNs, () => stream.receivedBytes > 50_000);
  world.kill(1);
  world.start(1, 'active');
  world.run(limitNs, () => work.isDone(stream));
  t.true(work.isRight(stream));
  world.run(world.nowNs + nsPerSecond);
  t.deepEqual(ofKind(world, 'backup.alone'), []);
  t.is(world.interfaceBoard.speaker, 2);
});
