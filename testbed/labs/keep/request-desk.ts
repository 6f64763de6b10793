/** Where a kept lab is asked: a Unix socket in its folder, one request a connection. */
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { giveToCaller } from '../caller.ts';
import { frameMessage, MessageReader } from '../hub/framing.ts';
import { socketPathIn } from './kept-folder.ts';
import type { KeptLab } from './kept-lab.ts';
import type { KeeperReply, KeeperRequest } from './messages.ts';
import { packError } from './packed-error.ts';

/** A reader of a capture that falls behind by more loses frames no longer: it loses the capture. */
const mostUnreadBytes = 268_435_456;

export class RequestDesk implements AsyncDisposable {
  readonly #lab: KeptLab;
  readonly #onDown: () => void;
  readonly #server: Server;
  /** Those who wait for the end. */
  readonly #leaving: Socket[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(lab: KeptLab, onDown: () => void) {
    this.#lab = lab;
    this.#onDown = onDown;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#receive(socket));
  }

  /** `onDown`: somebody asks for the end, and is answered by `sayGone`. */
  static async open(lab: KeptLab, onDown: () => void): Promise<RequestDesk> {
    const desk = new RequestDesk(lab, onDown);
    const path = socketPathIn(lab.folder);
    desk.#server.listen(path);
    await once(desk.#server, 'listening');
    chmodSync(path, 0o600);
    giveToCaller(path);
    return desk;
  }

  /** Nothing of the lab is left. */
  sayGone(): void {
    for (const socket of this.#leaving) answer(socket, { kind: 'done' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) if (!this.#leaving.includes(socket)) socket.destroy();
  }

  #receive(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const reader = new MessageReader<KeeperRequest>((request) => this.#handle(socket, request));
    socket.on('data', (bytes: Uint8Array) => reader.push(bytes));
  }

  #handle(socket: Socket, request: KeeperRequest): void {
    this.#answer(socket, request).catch((error: unknown) => {
      answer(socket, { kind: 'refused', problem: packError(error) });
    });
  }

  async #answer(socket: Socket, request: KeeperRequest): Promise<void> {
    switch (request.kind) {
      case 'report':
        answer(socket, { kind: 'report', report: this.#lab.report() });
        return;
      case 'change':
        this.#lab.change(request.change, request.forMs);
        answer(socket, { kind: 'done' });
        return;
      case 'capture':
        await this.#capture(socket, request.links);
        return;
      case 'down':
        this.#leaving.push(socket);
        this.#onDown();
        return;
      default:
        request satisfies never;
    }
  }

  /** Until the asker has enough; what was seen by then still comes. */
  async #capture(socket: Socket, links: readonly string[]): Promise<void> {
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    socket.once('end', resolve);
    socket.once('close', resolve);
    await this.#lab.capture(links, (bytes) => {
      send(socket, { kind: 'bytes', bytes });
      if (socket.writableLength > mostUnreadBytes) socket.destroy();
    });
    if (socket.readableEnded || socket.destroyed) resolve();
    await enough;
    await this.#lab.endCapture();
    socket.end();
  }
}

function send(socket: Socket, reply: KeeperReply): void {
  if (socket.writable) socket.write(frameMessage(reply));
}

function answer(socket: Socket, reply: KeeperReply): void {
  if (socket.writable) socket.end(frameMessage(reply));
}
