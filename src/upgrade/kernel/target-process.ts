/** The target as its source sees it: a child process, and what is said with it over a door of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import process from 'node:process';
import type { SourceToTarget, TargetToSource } from '../messages.ts';
import { emitFrame, FrameReader } from './frames.ts';

/** The door's name, and the secret that opens it; others see neither. */
export const sourceVariable = 'ROPEWALK_UPGRADE_SOURCE';

export interface TargetEvents {
  heard(message: TargetToSource): void;
  ended(): void;
}

export interface Opening {
  readonly secret: string;
}

export class TargetProcess {
  readonly #events: TargetEvents;
  readonly #secret = randomBytes(16).toString('hex');
  readonly #door: Server;
  #child: ChildProcess | undefined;
  #socket: Socket | undefined;
  #isEnded = false;

  constructor(command: readonly string[], events: TargetEvents) {
    this.#events = events;
    const name = `ropewalk-upgrade-${randomBytes(8).toString('hex')}`;
    this.#door = createServer((socket) => this.#greet(socket));
    this.#door.listen(`\0${name}`, () => this.#start(command, name));
  }

  say(message: SourceToTarget): void {
    this.#socket?.write(emitFrame(message));
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#close();
    this.#child?.kill('SIGKILL');
  }

  /** It lives on without us. */
  letGo(): void {
    this.#isEnded = true;
    this.#close();
    this.#child?.unref();
  }

  #start([file, ...args]: readonly string[], name: string): void {
    if (this.#isEnded) return;
    const value = `${name} ${this.#secret}`;
    const child = spawn(file!, args, {
      ...{ stdio: 'inherit', env: { ...process.env, [sourceVariable]: value } },
    });
    this.#child = child;
    child.once('error', () => this.#lose());
    child.once('exit', () => this.#lose());
  }

  #greet(socket: Socket): void {
    const reader = new FrameReader();
    let isKnown = false;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (isKnown) this.#lose();
    });
    socket.on('data', (piece: Uint8Array) => {
      const isSound = reader.hear(piece, (message) => {
        if (isKnown) this.#events.heard(message as TargetToSource);
        else if ((message as Opening | null)?.secret !== this.#secret) socket.destroy();
        else {
          isKnown = true;
          this.#socket = socket;
        }
      });
      if (!isSound) socket.destroy();
    });
  }

  #lose(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#close();
    this.#events.ended();
  }

  #close(): void {
    this.#door.close();
    this.#socket?.destroySoon();
  }
}
