/** Streams to a process in a container, which cannot be handed descriptors: it finds them by their path. */
import { chmodSync, chownSync, closeSync, constants, openSync, rmSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { makeNamedPipe } from '../../../src/linux/named-pipe.ts';
import type { SystemUser } from '../caller.ts';

/** Our end of a stream, and how it ends when the process is gone. */
export interface Channel {
  readonly stream: Duplex;
  /** Nobody writes there any more: what was written is still read, and then the stream ends. */
  endOfProcess(): void;
  close(): void;
}

/** For one of ours, which connects (`src/runtime/channel.ts`). What is written before that waits. */
export function listenAt(path: string): Channel {
  const [stream, inner] = duplexPair();
  let isConnected = false;
  const server = createServer((socket) => {
    isConnected = true;
    server.close();
    join(socket, inner);
  });
  server.listen(path, () => chmodSync(path, everybody));
  return {
    stream,
    endOfProcess: () => {
      if (!isConnected) inner.end();
    },
    close: () => closeAll(server, path, stream, inner),
  };
}

/** Who runs there may be anybody, and the folder is the run's own. */
const everybody = 0o666;

function join(socket: Socket, inner: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.on('close', () => inner.end());
  inner.on('error', () => {});
  socket.pipe(inner);
  inner.pipe(socket);
}

function closeAll(server: Server, path: string, ...streams: readonly Duplex[]): void {
  server.close();
  for (const stream of streams) stream.destroy();
  rmSync(path, { force: true });
}

/** For somebody else's, which writes as into a file. */
export function pipeAt(path: string, user: SystemUser | undefined): Channel {
  makeNamedPipe(path);
  if (user !== undefined) chownSync(path, user.uid, user.gid);
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // As long as somebody might write there is no end.
  const kept = openSync(path, constants.O_WRONLY);
  let isKept = true;
  const letGo = (): void => {
    if (isKept) closeSync(kept);
    isKept = false;
  };
  const stream = new Socket({ fd, writable: false });
  return {
    stream,
    endOfProcess: letGo,
    close: () => {
      letGo();
      stream.destroy();
      rmSync(path, { force: true });
    },
  };
}
