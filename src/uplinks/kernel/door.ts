/** How the verbs reach the manager of their terminal: a name in its network namespace, a question, an answer. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import process from 'node:process';
import { UnsupportedError } from '../../base/errors.ts';
import { read32 } from '../../linux/layout.ts';
import { getOptionBytes, socketOption } from '../../linux/socket.ts';
import { LineSplitter } from '../../trace/line-splitter.ts';

const name = '\0ropewalk-links';

export type Question =
  | { readonly ask: 'apps' }
  | { readonly ask: 'questions' }
  | {
      readonly ask: 'use';
      readonly target: string;
      readonly link: string;
      /** A name that nothing runs by is meant, and no slip. */
      readonly isExpected: boolean;
    }
  | { readonly ask: 'reset'; readonly target: string }
  | { readonly ask: 'skip'; readonly target: string };

export interface SocketReport {
  readonly application: string;
  readonly process: number;
  readonly socket: string;
  readonly standing: string;
  readonly local: string;
  readonly remote: string;
  readonly sentBytes: number | null;
  readonly receivedBytes: number | null;
  /** The link that its address is of. */
  readonly link: string | null;
  /** What the last change came to. */
  readonly result: string | null;
  readonly mechanism: string | null;
  readonly meetsClaim: boolean | null;
}

export type DoorAnswer =
  | { readonly answer: 'apps'; readonly sockets: readonly SocketReport[] }
  | {
      readonly answer: 'questions';
      readonly questions: readonly { application: string; offered: readonly string[] }[];
    }
  | { readonly answer: 'done'; readonly sockets: readonly SocketReport[] }
  | { readonly answer: 'refused'; readonly why: string; readonly nearest?: string | undefined };

/** `answerTo` may take its time. */
export async function openDoor(
  answerTo: (question: Question) => Promise<DoorAnswer>,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (userOf(socket) !== process.getuid!()) return void socket.destroy();
    const lines = new LineSplitter((line) => {
      void answerTo(JSON.parse(line) as Question).then((answer) => {
        socket.write(`${JSON.stringify(answer)}\n`);
      });
    });
    socket.setEncoding('utf8').on('data', (text: string) => lines.take(text));
  });
  server.listen(name);
  await once(server, 'listening');
  return server;
}

/** In the namespace of this thread. */
export function knockAtDoor(): Socket {
  return connect(name);
}

export async function askManager(question: Question, socket = knockAtDoor()): Promise<DoorAnswer> {
  try {
    await once(socket, 'connect');
  } catch {
    throw noManager();
  }
  const { promise, resolve, reject } = Promise.withResolvers<DoorAnswer>();
  const lines = new LineSplitter((line) => resolve(JSON.parse(line) as DoorAnswer));
  socket.setEncoding('utf8').on('data', (text: string) => lines.take(text));
  // It may be killed while it thinks.
  socket.on('error', () => undefined).on('close', () => reject(noManager()));
  socket.write(`${JSON.stringify(question)}\n`);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** SO_PEERCRED: process, user, group. */
function userOf(socket: Socket): number {
  const credentials = new Uint8Array(12);
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  getOptionBytes(fd, socketOption.peerCredentials, credentials);
  return read32(credentials, 4);
}

function noManager(): UnsupportedError {
  return new UnsupportedError({
    code: 'no-connection-manager',
    message: 'no connection manager of yours runs in this network namespace',
    hint: 'start one: sudo ropewalk links manage &',
  });
}
