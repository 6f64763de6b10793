/** In which order things happen on the two boards, told by their records. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { BackupFrame } from '../wire/backup.ts';
import type { BackupMode } from './board-message.ts';
import { findSegment } from './packet-bytes.ts';
import { works } from './testing-work.ts';
import {
  type PeerStream,
  textOfStream,
  World,
  type WorldOptions,
  type WorldRecord,
} from './testing-world.ts';

const limitNs = 60 * nsPerSecond;
const syncedNs = 50 * nsPerMs;
/** So long that a board which is held back does not count as dead. */
const patient = { missedHeartbeats: 1_000 };

function connected(options: WorldOptions): { world: World; stream: PeerStream } {
  const world = new World({ trace: true, ...patient, ...options });
  world.run(syncedNs);
  const stream = world.connect();
  world.run(limitNs, () => stream.isConnected);
  world.run(world.nowNs + 20 * nsPerMs);
  return { world, stream };
}

const kindsOf = (records: readonly WorldRecord[]) => records.map(({ kind }) => kind);

/** Frames of one board are kept back until they are let go, in order. */
function holdFrames(world: World, board: number) {
  const held: BackupFrame[] = [];
  world.onBoardFrame = (from, frame) => {
    if (from !== board) return true;
    held.push(frame);
    return false;
  };
  return {
    release: () => {
      world.onBoardFrame = undefined;
      for (const frame of held.splice(0)) world.deliver(board, frame);
    },
  };
}

test('system 3.0: boundaries, sent to the standby, stored, acknowledged and on the wire, in that order', (t) => {
  const { world, stream } = connected({ mode: 'messages' });
  world.say(stream, 'SET a b\n');
  world.run(limitNs, () => textOfStream(stream) === 'OK\n');
  world.run(world.nowNs + 100 * nsPerMs);
  world.records.length = 0;
  world.say(stream, 'INCR n\n');
  world.run(limitNs, () => textOfStream(stream) === 'OK\n1\n');
  const way = [
    'backup.boundaries',
    'backup.sent-to-standby',
    'backup.stored',
    'backup.acked',
    'backup.on-wire',
  ];
  t.deepEqual(
    kindsOf(world.records).filter((kind) => way.includes(kind)),
    way,
  );
  const inbound = ['backup.inbound', 'backup.passed-to-active'];
  t.deepEqual(kindsOf(world.records).slice(0, 2), inbound);
  world.run(world.nowNs + 100 * nsPerMs);
  t.true(kindsOf(world.records).includes('backup.deleted'));
});

test('system 3.1: while the standby says nothing, no byte of an answer is on the wire of the peer', (t) => {
  const { world, stream } = connected({ mode: 'messages' });
  const gate = holdFrames(world, 2);
  world.say(stream, 'INCR n\n');
  world.run(world.nowNs + 50 * nsPerMs);
  t.is(stream.receivedBytes, 0);
  gate.release();
  world.run(limitNs, () => textOfStream(stream) === '1\n');
  t.is(stream.resets, 0);
});

test('system 3.1: what the active told and the standby has not stored stays off the wire', (t) => {
  const { world, stream } = connected({ mode: 'messages' });
  const gate = holdFrames(world, 1);
  world.say(stream, 'INCR n\n');
  world.run(world.nowNs + 50 * nsPerMs);
  const kinds = kindsOf(world.records);
  t.true(kinds.includes('backup.sent-to-standby'));
  t.false(kinds.includes('backup.stored'));
  t.is(stream.receivedBytes, 0);
  gate.release();
  world.run(limitNs, () => textOfStream(stream) === '1\n');
});

test('system 3.1: each byte of a long answer was stored before it left', (t) => {
  const { world, stream } = connected({ mode: 'messages' });
  world.records.length = 0;
  works['download']!.begin(world, stream);
  world.run(limitNs, () => works['download']!.isDone(stream));
  let storedTo = 0;
  for (const { kind, first, bytes } of world.records) {
    if (kind === 'backup.stored') storedTo = Math.max(storedTo, Number(first) + Number(bytes));
    if (kind === 'backup.on-wire') t.true(Number(first) + Number(bytes) <= storedTo);
  }
  t.true(storedTo > 0);
});

for (const mode of ['messages', 'packets'] as const satisfies readonly BackupMode[]) {
  const [first, second] =
    mode === 'messages' ? ['system 3.7', 'system 3.4'] : ['system 5.1', 'system 5.1'];

  test(`${first}: the standby records each packet of the peer before the active; held back, the active gets none`, (t) => {
    const { world, stream } = connected({ mode });
    const gate = holdFrames(world, 2);
    const before = world.boards[1]!.machine.arrived.wireSequence;
    world.records.length = 0;
    world.say(stream, 'INCR n\n');
    world.run(world.nowNs + 50 * nsPerMs);
    t.true(kindsOf(world.records).includes('backup.inbound'));
    t.is(world.boards[1]!.machine.arrived.wireSequence, before);
    gate.release();
    world.run(limitNs, () => textOfStream(stream) === '1\n');
  });

  test(`${second}: nothing is acknowledged to the peer that only the active knew (${mode})`, (t) => {
    const { world, stream } = connected({ mode });
    let standbyHas = 0;
    let highest = 0;
    world.onPeerPacket = (packet, toPeer) => {
      const at = findSegment(packet)!;
      if (!toPeer) return;
      const acknowledged = stream.connection.send.una;
      highest = Math.max(highest, acknowledged);
      const shadow = [...world.boards[2]!.carried.values()][0];
      standbyHas = shadow?.connection.receive.nxt ?? standbyHas;
      const wire =
        ((packet[at + 8]! << 24) |
          (packet[at + 9]! << 16) |
          (packet[at + 10]! << 8) |
          packet[at + 11]!) >>>
        0;
      t.true(((wire - standbyHas) | 0) <= 0, 'an acknowledgement beyond what the standby holds');
    };
    works['upload']!.begin(world, stream);
    world.run(limitNs, () => works['upload']!.isDone(stream));
    t.true(works['upload']!.isRight(stream));
    t.true(highest > 0);
  });
}

test('system 5.0: a packet is copied, put, stored, taken and sent', (t) => {
  const { world, stream } = connected({ mode: 'packets' });
  world.records.length = 0;
  world.say(stream, 'INCR n\n');
  world.run(limitNs, () => textOfStream(stream) === '1\n');
  const way = ['backup.copied', 'backup.put', 'backup.stored', 'backup.taken'];
  const seen = kindsOf(world.records).filter((kind) => way.includes(kind));
  t.deepEqual(seen.slice(0, 4), way);
});

test('system 5.2: output waits in the buffer unit; let go, it leaves once, in order, as the standby holds it', (t) => {
  const { world, stream } = connected({ mode: 'packets' });
  const gate = holdFrames(world, 2);
  const left: string[] = [];
  world.onPeerPacket = (packet, toPeer) => {
    if (toPeer) left.push(Buffer.from(packet).toString('hex'));
  };
  const told: string[] = [];
  world.say(stream, 'INCR n\n');
  world.run(world.nowNs + 20 * nsPerMs);
  t.is(left.length, 0);
  gate.release();
  world.onBoardFrame = (from, frame) => {
    if (from === 1 && frame.kind === 'part' && frame.body[0] === 2) {
      told.push(Buffer.from(frame.body.subarray(1)).toString('hex'));
    }
    return true;
  };
  world.run(limitNs, () => textOfStream(stream) === '1\n');
  world.run(world.nowNs + 100 * nsPerMs);
  t.deepEqual(left, [...new Set(told)]);
});

test('system 5.4: a message that is half there is neither handed on nor deleted', (t) => {
  for (const mode of ['messages', 'packets'] as const) {
    const { world, stream } = connected({ mode, missedHeartbeats: 3 });
    world.say(stream, 'INC');
    world.run(world.nowNs + 50 * nsPerMs);
    const [active, standby] = [world.boards[1]!, world.boards[2]!].map(
      (board) => [...board.carried.values()][0]!.connection.receive,
    );
    t.is(active!.buffer.length, 3);
    t.is(standby!.buffer.length, 3);
    world.kill(1);
    world.run(world.nowNs + 60 * nsPerMs);
    world.say(stream, 'R n\n');
    world.run(limitNs, () => textOfStream(stream) === '1\n');
    t.is(stream.resets, 0);
  }
});
