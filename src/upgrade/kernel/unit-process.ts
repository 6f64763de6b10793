/** The unit as a process: it hears clients, holds duplicates of their descriptors, and does what the machine says. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { InputError } from '../../base/errors.ts';
import { nsPerMs } from '../../base/time.ts';
import { closeDescriptor } from '../../linux/descriptor.ts';
import { receiveDescriptors } from '../../linux/descriptor-passing.ts';
import { getOption, socketOption } from '../../linux/socket.ts';
import { acceptNext, listenUnder } from '../../linux/unix-socket.ts';
import type { RecordSink } from '../../trace/record.ts';
import { bringsDescriptor, type FromUnit, type ToUnit } from '../messages.ts';
import {
  advanceUnit,
  createUnit,
  hearClient,
  loseClient,
  type UnitSink,
  unitDeadlineNs,
} from '../unit.ts';
import type { Client, HeldSocket } from '../unit-services.ts';
import { Line } from './line.ts';
import { readToUnit } from './read-message.ts';
import { descriptorsName, messagesName, type Pairing } from './unit-address.ts';

export interface UnitOptions {
  readonly name: string;
  readonly records: RecordSink;
}

export class UnitProcess implements AsyncDisposable {
  readonly #state = createUnit();
  readonly #server: Server;
  readonly #doorFd: number;
  readonly #records: RecordSink;
  readonly #lines = new Map<number, Line>();
  /** By service and socket. */
  readonly #held = new Map<string, number>();
  /** Sockets for descriptors whose stream has not said which it is. */
  readonly #unpaired = new Map<string, { fd: number; pid: number }>();
  #clients = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(doorFd: number, records: RecordSink) {
    this.#doorFd = doorFd;
    this.#records = records;
    this.#server = createServer((socket) => this.#greet(socket));
  }

  static async start({ name, records }: UnitOptions): Promise<UnitProcess> {
    const doorFd = listenUnder(descriptorsName(name));
    if (doorFd === undefined) throw unitRuns(name);
    const unit = new UnitProcess(doorFd, records);
    unit.#server.listen(`\0${messagesName(name)}`);
    await once(unit.#server, 'listening');
    return unit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    for (const line of this.#lines.values()) line.close();
    for (const fd of this.#held.values()) closeDescriptor(fd);
    this.#held.clear();
    closeDescriptor(this.#doorFd);
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** The first frame of a stream names its socket for descriptors, which came before it. */
  #greet(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      this.#collectDoor();
      const head: Buffer | null = socket.read(4);
      const body: Buffer | null = head === null ? null : socket.read(head.readUInt32BE());
      const pair = body === null ? '' : pairIn(body);
      const found = this.#unpaired.get(pair);
      this.#unpaired.delete(pair);
      if (found === undefined) socket.destroy();
      else this.#welcome(socket, found);
    });
  }

  #collectDoor(): void {
    for (let fd = acceptNext(this.#doorFd); fd !== undefined; fd = acceptNext(this.#doorFd)) {
      const pair = receiveDescriptors(fd)?.note;
      const pid = getOption(fd, socketOption.peerCredentials);
      if (pair === undefined || !isOfOurUser(pid)) closeDescriptor(fd);
      else this.#unpaired.set(new TextDecoder().decode(pair), { fd, pid });
    }
  }

  #welcome(socket: Socket, { fd, pid }: { fd: number; pid: number }): void {
    const client: Client = { id: this.#clients++, pid };
    const line = new Line(socket, fd, {
      heard: (said, takeDescriptors) => {
        const message = readToUnit(said);
        if (message === undefined) line.close();
        else this.#hear(client, message, takeDescriptors);
      },
      ended: () => {
        this.#lines.delete(client.id);
        loseClient(this.#state, client.id, nowNs(), this.#sink);
        this.#arm();
      },
    });
    this.#lines.set(client.id, line);
  }

  #hear(client: Client, message: ToUnit, takeDescriptors: (count: number) => number[]): void {
    if (message.kind === 'opened') this.#hold(client, message, takeDescriptors);
    hearClient(this.#state, client, message, this.#sink, drawToken);
    this.#arm();
  }

  #hold(
    client: Client,
    { sockets }: Extract<ToUnit, { kind: 'opened' }>,
    takeDescriptors: (count: number) => number[],
  ): void {
    const owned = [...this.#state.services.values()].find(({ owner }) => owner.id === client.id);
    const beside = sockets.filter(bringsDescriptor);
    const descriptors = takeDescriptors(beside.length);
    for (const [at, fd] of descriptors.entries()) {
      if (owned === undefined) closeDescriptor(fd);
      else this.#held.set(keyOf({ service: owned.name, socket: beside[at]!.socket }), fd);
    }
  }

  readonly #sink: UnitSink = {
    say: (to: number, message: FromUnit, sockets: readonly HeldSocket[] = []) => {
      const descriptors = sockets.map((socket) => this.#held.get(keyOf(socket))!);
      this.#lines.get(to)?.say(message, descriptors);
    },
    release: (socket) => {
      const fd = this.#held.get(keyOf(socket));
      this.#held.delete(keyOf(socket));
      if (fd !== undefined) closeDescriptor(fd);
    },
    record: (kind, fields) => this.#records.record(kind, fields),
  };

  #arm(): void {
    clearTimeout(this.#timer);
    const dueNs = unitDeadlineNs(this.#state);
    if (dueNs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, dueNs - nowNs()) / nsPerMs;
    this.#timer = setTimeout(() => {
      advanceUnit(this.#state, nowNs(), this.#sink);
      this.#arm();
    }, delayMs + 1);
  }
}

function drawToken(): string {
  return randomBytes(16).toString('hex');
}

/** Anybody may connect: what is no pairing pairs with nothing. */
function pairIn(body: Buffer): string {
  try {
    return (JSON.parse(body.toString()) as Partial<Pairing> | null)?.pair ?? '';
  } catch {
    return '';
  }
}

function keyOf({ service, socket }: HeldSocket): string {
  return `${socket} ${service}`;
}

function nowNs(): number {
  return Math.round(performance.now() * nsPerMs);
}

/** Who may take a service over may as well be its user. */
function isOfOurUser(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}`).uid === process.getuid!();
  } catch {
    return false;
  }
}

function unitRuns(name: string): InputError {
  return new InputError({
    code: 'socket-unit-runs',
    message: `a socket unit "${name}" runs in this network namespace already`,
    hint: 'use it, or give this one another name: --name',
  });
}
