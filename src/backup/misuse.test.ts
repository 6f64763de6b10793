import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { backupModes } from './board-message.ts';
import { works } from './testing-work.ts';
import { type PeerStream, World, type WorldOptions } from './testing-world.ts';

const limitNs = 60 * nsPerSecond;
const ofKind = (world: World, kind: string) => world.records.filter((one) => one.kind === kind);

function begun(name: string, options: WorldOptions): { world: World; stream: PeerStream } {
  const world = new World(options);
  world.run(50 * nsPerMs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  works[name]!.begin(world, stream);
  return { world, stream };
}

test('a full channel is named, the peer sends again, and nothing is lost', (t) => {
  for (const mode of backupModes) {
    const { world, stream } = begun('upload', { mode });
    const others = Array.from({ length: 16 }, () => world.connect());
    world.run(limitNs, () => others.every(({ isConnected }) => isConnected));
    for (const other of others) works['upload']!.begin(world, other);
    // The active acknowledges nothing for a while: what the peers send piles up at the standby.
    const fromNs = world.nowNs;
    world.onBoardFrame = (from, { kind }) =>
      from !== 1 || kind === 'hello' || world.nowNs > fromNs + 25 * nsPerMs;
    Object.assign(world.boards[2]!.channel.options, { queueMessages: 30 });
    world.run(limitNs, () => [stream, ...others].every((one) => works['upload']!.isDone(one)));
    t.true(ofKind(world, 'backup.channel-full').length > 0, mode);
    t.true([stream, ...others].every((one) => works['upload']!.isRight(one)));
    t.is(stream.resets, 0);
  }
});

test('boards of two modes do not pair: it is named, and the service goes on', (t) => {
  const { world, stream } = begun('echo', {});
  world.kill(2);
  world.run(world.nowNs + 60 * nsPerMs);
  const other = world.start(2, 'standby');
  Object.assign(other.options, { mode: 'packets' });
  world.run(limitNs, () => works['echo']!.isDone(stream));
  t.true(works['echo']!.isRight(stream));
  t.is(ofKind(world, 'backup.other-mode')[0]!['theirs'], 'messages');
});

test('a board that lies about its epoch is refused by name, and the peer hears the other one alone', (t) => {
  const { world, stream } = begun('echo', {});
  world.run(limitNs, () => stream.receivedBytes > 10);
  const liar = world.boards[2]!;
  const packet = Uint8Array.of(0x45);
  const frame = {
    version: 1,
    isLast: false,
    isAsking: false,
    channel: 0,
    board: 2,
    number: 0,
    acknowledged: 0,
  };
  for (const epoch of [0, 1, 2, 7]) {
    for (const kind of ['packet', 'appoint'] as const) {
      world.sendToInterface(2, { ...frame, kind, epoch, body: packet });
    }
  }
  world.run(limitNs, () => works['echo']!.isDone(stream));
  t.true(works['echo']!.isRight(stream));
  t.is(ofKind(world, 'backup.refused').length, 8);
  t.is(liar.role.kind, 'standby');
  t.is(world.interfaceBoard.epoch, 1);
});

for (const mode of backupModes) {
  test(`${mode}: over IPv6 the peer does not notice either that its board dies`, (t) => {
    for (const name of ['upload', 'download', 'echo', 'half-closed']) {
      const { world, stream } = begun(name, { mode, family: 6 });
      world.run(world.nowNs + 25 * nsPerMs);
      world.kill(1);
      world.run(limitNs, () => works[name]!.isDone(stream));
      t.true(works[name]!.isRight(stream), name);
      t.is(stream.syns + stream.resets, 0);
      t.is(ofKind(world, 'backup.taken-over').length, 1);
    }
  });
}
