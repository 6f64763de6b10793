/** Applications of different names that talk all the time in a terminal, and what they saw of it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import type { ManagedTerminal } from './testing-managed.ts';

const program = join(import.meta.dirname, 'testing-chatter.ts');
const patienceMs = 60_000;

export interface Chat {
  readonly said: number;
  readonly heard: number;
  /** What its system would not send. */
  readonly refused: number;
  /** Answers that name another address than the socket has by then. */
  readonly elsewhere: number;
  /** The last answer. */
  readonly last: string;
  readonly address: string;
  readonly port: number;
}

export class Chatter {
  readonly name: string;
  readonly kind: 'udp4' | 'udp6' | 'tcp';
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ready: Promise<unknown>;

  constructor(managed: ManagedTerminal, name: string, kind: Chatter['kind'], intervalMs = 4) {
    this.name = name;
    this.kind = kind;
    const file = join(managed.folder, name);
    symlinkSync(program, file);
    this.#child = managed.terminal.spawn('near', [
      process.execPath,
      ...[file, kind, String(intervalMs)],
    ]);
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#ready = once(this.#lines, 'line', { signal: AbortSignal.timeout(patienceMs) });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async ready(): Promise<this> {
    await this.#ready;
    return this;
  }

  /** It says nothing any more; its socket stays open. */
  async stop(): Promise<Chat> {
    const said = once(this.#lines, 'line', { signal: AbortSignal.timeout(patienceMs) });
    this.#child.stdin!.write('stop\n');
    const [text] = await said;
    return JSON.parse(text as string) as Chat;
  }
}
