/**
 * A target goes through what it will do with its connections before it has any: code that runs for the first time
 * is slow, and from the switch on everybody waits for it.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { KernelSocket } from './kernel-socket.ts';
import { UpgradableConnection } from './upgradable-connection.ts';

export interface Rehearsal {
  /** Answers each question; a stand-in of the service, not the service. */
  readonly onConnection: (connection: UpgradableConnection) => void;
  /** What a peer says, a piece at a time. */
  readonly question: readonly string[];
  readonly end: () => void;
}

const peers = 20;
const questionsEach = 20;

export async function rehearse({ onConnection, question, end }: Rehearsal): Promise<void> {
  const door = `\0ropewalk-rehearsal-${randomBytes(8).toString('hex')}`;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (raw) => {
    const connection = new UpgradableConnection(0, 'rehearsal');
    connection.on('error', () => {});
    connection.hold();
    onConnection(connection);
    connection.resumeFrom({ socket: 0, unread: '', unsent: '', note: '' });
    connection.attach(new KernelSocket(raw));
    connection.release();
  });
  server.listen(door);
  await once(server, 'listening');
  for (let peer = 0; peer < peers; peer++) await playPeer(connect(door), question);
  server.close();
  end();
}

async function playPeer(socket: Socket, question: readonly string[]): Promise<void> {
  await once(socket, 'connect');
  for (let at = 0; at < questionsEach; at++) {
    for (const piece of question) socket.write(piece);
    await once(socket, 'data');
  }
  socket.destroy();
}
