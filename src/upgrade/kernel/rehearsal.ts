/**
 * A target goes through what it will do with its connections, first as target, later as source, before it has any:
 * code that runs for the first time is slow, and in a switch everybody waits for it.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { duplicateDescriptor } from '../../linux/descriptor.ts';
import { descriptorOf, KernelSocket } from './kernel-socket.ts';
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

type Serve = Rehearsal['onConnection'];

export async function rehearse({ onConnection, question, end }: Rehearsal): Promise<void> {
  const door = `\0ropewalk-rehearsal-${randomBytes(8).toString('hex')}`;
  const accepted: Accepted[] = [];
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (raw) => {
    accepted.push({ raw, connection: take(new KernelSocket(raw), onConnection) });
  });
  server.listen(door);
  await once(server, 'listening');
  for (let peer = 0; peer < peers; peer++) {
    const socket = connect(door);
    await once(socket, 'connect');
    await ask(socket, question);
    const successor = handOver(accepted.pop()!, onConnection);
    await ask(socket, question);
    successor.hold();
    successor.detach('').close();
    socket.destroy();
  }
  server.close();
  end();
}

interface Accepted {
  readonly raw: Socket;
  readonly connection: UpgradableConnection;
}

function handOver({ raw, connection }: Accepted, onConnection: Serve): UpgradableConnection {
  const fd = duplicateDescriptor(descriptorOf(raw));
  connection.hold();
  const { leftover, close } = connection.detach('');
  close();
  const successor = take(KernelSocket.prepare(fd), onConnection);
  successor.resumeFrom(leftover);
  return successor;
}

function take(below: KernelSocket, onConnection: Serve): UpgradableConnection {
  const connection = new UpgradableConnection(0, 'rehearsal');
  connection.on('error', () => {});
  connection.hold();
  connection.standOn(below);
  onConnection(connection);
  connection.begin();
  connection.release();
  return connection;
}

async function ask(socket: Socket, question: readonly string[]): Promise<void> {
  for (let at = 0; at < questionsEach / 2; at++) {
    for (const piece of question) socket.write(piece);
    await once(socket, 'data');
  }
}
