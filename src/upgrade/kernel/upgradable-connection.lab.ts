import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { closeDescriptor, duplicateDescriptor } from '../../linux/descriptor.ts';
import { labTest as test } from '../../linux/testing-lab.ts';
import { KernelSocket, openRawSocket } from './kernel-socket.ts';
import { UpgradableConnection } from './upgradable-connection.ts';

interface Pair extends AsyncDisposable {
  readonly peer: Socket;
  readonly raw: Socket;
}

async function connectPair(): Promise<Pair> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [raw] = (await once(server, 'connection')) as [Socket];
  server.close();
  return {
    peer: peer.setNoDelay(),
    raw,
    [Symbol.asyncDispose]: async () => {
      peer.destroy();
      raw.destroy();
    },
  };
}

interface Listened {
  readonly connection: UpgradableConnection;
  readonly heard: string[];
  /** What was heard in all, each time that something moved. */
  readonly moved: string[];
}

function listen(fd: number | Socket): Listened {
  const connection = new UpgradableConnection(1, 'peer');
  const heard: string[] = [];
  const moved: string[] = [];
  connection.onMoved = () => {
    if (connection.isHandedOn) moved.push(heard.join(''));
  };
  connection.setEncoding('utf8');
  connection.on('data', (piece: string) => heard.push(piece));
  connection.hold();
  connection.attach(new KernelSocket(typeof fd === 'number' ? openRawSocket(fd) : fd));
  return { connection, heard, moved };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

async function hear(listened: Listened, text: string): Promise<void> {
  await until(() => listened.heard.join('') === text);
}

/** It came into this process, and nobody was told. */
async function holdWith({ peer, raw }: Pair, { connection }: Listened, text: string | Uint8Array) {
  connection.hold();
  const before = raw.readableLength;
  peer.write(text);
  await until(() => raw.readableLength > before);
}

function fdOf(raw: Socket): number {
  return duplicateDescriptor((raw as unknown as { _handle: { fd: number } })._handle.fd);
}

test('what came while it was held is told to the next process, once, and not to this one', async (t) => {
  await using pair = await connectPair();
  const before = listen(pair.raw);
  before.connection.release();
  pair.peer.write('one.');
  await hear(before, 'one.');
  await holdWith(pair, before, 'two.');
  await holdWith(pair, before, 'three.');
  const fd = fdOf(pair.raw);
  const { leftover, close } = before.connection.detach('');
  close();
  pair.peer.write('four.');
  const after = listen(fd);
  after.connection.resumeFrom(leftover);
  after.connection.release();
  await hear(after, 'two.three.four.');
  t.deepEqual(before.heard, ['one.']);
  after.connection.destroy();
});

test('a user is known to have half a message that the process before had not read', async (t) => {
  await using pair = await connectPair();
  const before = listen(pair.raw);
  before.connection.release();
  await holdWith(pair, before, 'ha');
  const fd = fdOf(pair.raw);
  const { leftover, close } = before.connection.detach('');
  close();
  const after = listen(fd);
  after.connection.resumeFrom(leftover);
  after.connection.release();
  await hear(after, 'ha');
  t.is(after.moved.at(-1), 'ha');
  after.connection.destroy();
});

test('half a character is with the stream: it is not handed on', async (t) => {
  await using pair = await connectPair();
  const { connection, heard } = listen(pair.raw);
  connection.release();
  const character = Buffer.from('é');
  pair.peer.write(character.subarray(0, 1));
  await until(() => !connection.isHandedOn);
  t.deepEqual(heard, []);
  pair.peer.write(character.subarray(1));
  await until(() => connection.isHandedOn);
  t.deepEqual(heard, ['é']);
});

test('a user that paused leaves to the next process what it did not take', async (t) => {
  await using pair = await connectPair();
  const before = listen(pair.raw);
  before.connection.release();
  pair.peer.write('one.');
  await hear(before, 'one.');
  before.connection.pause();
  pair.peer.write('two.');
  await once(pair.raw, 'data');
  const fd = fdOf(pair.raw);
  const { leftover, close } = before.connection.detach('');
  close();
  closeDescriptor(fd);
  t.is(Buffer.from(leftover.unread, 'base64').toString(), 'two.');
  t.deepEqual(before.heard, ['one.']);
});

test('a user that paused hears the rest, and the end, when it goes on', async (t) => {
  await using pair = await connectPair();
  const listened = listen(pair.raw);
  const { connection } = listened;
  connection.release();
  connection.pause();
  pair.peer.end('all.');
  await once(pair.raw, 'data');
  t.deepEqual(listened.heard, []);
  connection.resume();
  await once(connection, 'end');
  t.deepEqual(listened.heard, ['all.']);
});

test('a user that asks for each piece gets them all', async (t) => {
  await using pair = await connectPair();
  const connection = new UpgradableConnection(1, 'peer');
  connection.attach(new KernelSocket(pair.raw));
  connection.release();
  pair.peer.write('one.');
  setImmediate(() => pair.peer.end('two.'));
  const heard: string[] = [];
  for await (const piece of connection) heard.push(String(piece));
  t.is(heard.join(''), 'one.two.');
});
