import test from 'ava';
import { type BackupFrame, type BackupKind, backupVersion } from '../wire/backup.ts';
import { createInterfaceBoard, receiveBoardFrame, receivePeerPacket } from './interface-board.ts';

function frame(kind: BackupKind, epoch: number, number = 0, board = 0): BackupFrame {
  const body = new Uint8Array([epoch]);
  const rest = { isLast: false, isAsking: false, channel: 0, acknowledged: 0 };
  return { version: backupVersion, kind, epoch, number, board, body, ...rest };
}

/** What was said to whom, as words. */
function bench() {
  const state = createInterfaceBoard();
  const said: string[] = [];
  const sink = {
    toBoard: (board: number, { kind, epoch }: BackupFrame) =>
      void said.push(`${kind} ${epoch} to ${board}`),
    toPeer: (packet: Uint8Array) => void said.push(`peer ${packet[0]}`),
    record: (kind: string) => void said.push(kind),
  };
  const hear = (board: number, heard: BackupFrame) => receiveBoardFrame(state, board, heard, sink);
  return { state, said, sink, hear };
}

test('the next epoch is whoever claims it first', (t) => {
  const { said, hear } = bench();
  hear(1, frame('claim', 1, 77));
  hear(2, frame('claim', 1, 88));
  t.deepEqual(said, ['backup.epoch', 'granted 1 to 1', 'backup.refused', 'fenced 1 to 2']);
});

test('a claim that is repeated gets the same answer; the same board in another life does not', (t) => {
  const { said, hear } = bench();
  hear(1, frame('claim', 1, 77));
  said.length = 0;
  hear(1, frame('claim', 1, 77));
  hear(1, frame('claim', 1, 78));
  t.deepEqual(said, ['granted 1 to 1', 'backup.refused', 'fenced 1 to 1']);
});

test('system 3.6: who spoke before the claim is told, and not heard any more', (t) => {
  const { said, hear } = bench();
  hear(1, frame('claim', 1, 77));
  hear(2, frame('claim', 2, 88));
  said.length = 0;
  hear(1, frame('packet', 1));
  hear(2, frame('packet', 2));
  t.deepEqual(said, ['backup.refused', 'fenced 2 to 1', 'peer 2']);
});

test('a standby that the speaker goes on without is told so at once', (t) => {
  const { said, hear } = bench();
  hear(1, frame('claim', 1, 77));
  hear(1, frame('appoint', 1, 0, 2));
  said.length = 0;
  hear(1, frame('claim', 2, 78));
  t.deepEqual(said, ['backup.epoch', 'fenced 2 to 2', 'granted 2 to 1']);
});

test('a board that lies about its epoch is refused by name', (t) => {
  const { said, hear, state } = bench();
  hear(1, frame('claim', 1, 77));
  said.length = 0;
  hear(2, frame('packet', 1));
  hear(2, frame('claim', 9));
  hear(2, frame('appoint', 1, 0, 2));
  t.deepEqual(
    said.filter((word) => word.startsWith('backup')),
    Array(3).fill('backup.refused'),
  );
  t.is(state.refused, 3);
  t.is(state.listener, 1);
});

test('a board that asks whether the speaker lives is answered by it alone', (t) => {
  const { said, hear } = bench();
  hear(2, frame('heartbeat', 0, 0, 2));
  hear(1, frame('claim', 1, 77));
  said.length = 0;
  hear(2, frame('heartbeat', 1, 0, 2));
  hear(1, frame('heartbeat', 1, 0, 2));
  hear(1, frame('heartbeat', 1, 0, 1));
  t.deepEqual(said, ['heartbeat 1 to 1', 'heartbeat 1 to 2']);
});

test('what the peer sends goes to the board that the speaker appointed, and to it alone', (t) => {
  const { said, hear, state, sink } = bench();
  receivePeerPacket(state, new Uint8Array(1), sink);
  hear(1, frame('claim', 1, 77));
  receivePeerPacket(state, new Uint8Array(1), sink);
  hear(1, frame('appoint', 1, 0, 2));
  receivePeerPacket(state, new Uint8Array(1), sink);
  t.deepEqual(said.slice(1), [
    'granted 1 to 1',
    'packet 1 to 1',
    'appointed 1 to 1',
    'packet 1 to 2',
  ]);
});
