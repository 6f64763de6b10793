/** Peers of the counter: numbered, checked lines in pieces, and each answer looked at. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { clockMs } from './testing-clock.ts';

export interface Answer {
  readonly number: number;
  readonly count: number;
  readonly version: string;
  readonly pid: number;
  /** When its line's last piece was said, on the machine's clock, and from then to its coming. */
  readonly saidMs: number;
  readonly waitedMs: number;
  /** What it was asked to say more. */
  readonly more: string;
}

export class Client {
  readonly answers: Answer[] = [];
  readonly faults: string[] = [];
  readonly #socket: Socket;
  readonly #saidMs = new Map<number, number>();
  #next = 0;
  #text = '';
  #heard: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').setNoDelay();
    socket.on('data', (piece) => this.#take(String(piece)));
    socket.on('error', ({ message }) => this.#fail(message));
    socket.on('end', () => this.#fail('ended'));
  }

  static over(socket: Socket): Client {
    return new Client(socket);
  }

  static async connect(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** In pieces: whatever stands between two of them, `between` decides. */
  async ask(
    pieces = 1,
    between: () => Promise<void> = async () => {},
    wish = '',
  ): Promise<Answer | undefined> {
    const number = this.#next++;
    const body = `${number} ${wish}${randomBytes(30).toString('hex')}`;
    const sum = createHash('sha256').update(body).digest('hex').slice(0, 8);
    const line = `${body} ${sum}\n`;
    const size = Math.ceil(line.length / pieces);
    for (let at = 0; at < line.length; at += size) {
      if (at > 0) await between();
      this.#socket.write(line.slice(at, at + size));
    }
    this.#saidMs.set(number, clockMs());
    await this.#until(() => this.answers.length > number || this.faults.length > 0);
    return this.answers[number];
  }

  /** Reads nothing, so that what is said to it waits. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  end(): void {
    this.#socket.removeAllListeners('end');
    this.#socket.end();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#heard.push(resolve);
      await promise;
    }
  }

  #fail(reason: string): void {
    this.faults.push(reason);
    this.#tell();
  }

  #tell(): void {
    for (const heard of this.#heard.splice(0)) heard();
  }

  #take(piece: string): void {
    const lines = (this.#text + piece).split('\n');
    this.#text = lines.pop()!;
    for (const line of lines) this.#note(line);
    this.#tell();
  }

  #note(line: string): void {
    const [number, count, version, pid, more = ''] = line.split(' ');
    if (Number(number) !== this.answers.length) this.faults.push(`${line} is out of order`);
    const saidMs = this.#saidMs.get(Number(number))!;
    this.answers.push({
      ...{ number: Number(number), count: Number(count), version: version!, pid: Number(pid) },
      ...{ saidMs, waitedMs: clockMs() - saidMs, more },
    });
  }
}
