/** Our agent on the Mininet machine, and what is said between it and us. */
import type { ClientChannel } from 'ssh2';
import { FaultError } from '../../../src/base/errors.ts';
import { quoteCommand } from '../../../src/base/shell-words.ts';
import { frameMessage, MessageReader } from '../hub/framing.ts';
import { unpackError } from '../keep/packed-error.ts';
import {
  type Addressed,
  type AgentFacts,
  aliveEveryMs,
  type Order,
  silenceMs,
  type Word,
} from './agent/messages.ts';
import type { MininetMachine } from './mininet-machine.ts';
import type { SentBundle } from './send-bundle.ts';
import type { SshConnection } from './ssh/connection.ts';
import { lostConnection } from './ssh/ssh-errors.ts';

export type Hear = (word: Word) => void;

export class AgentLine implements AsyncDisposable {
  readonly facts: AgentFacts;
  /** Rejects when the agent can't be heard any more. */
  readonly broken: Promise<never>;
  readonly #channel: ClientChannel;
  readonly #connection: SshConnection;
  readonly #hearers: Map<number, Hear>;
  readonly #timer: NodeJS.Timeout;
  #holders = 0;
  #nextLab = 1;

  private constructor(parts: {
    readonly facts: AgentFacts;
    readonly broken: Promise<never>;
    readonly channel: ClientChannel;
    readonly connection: SshConnection;
    readonly hearers: Map<number, Hear>;
  }) {
    this.facts = parts.facts;
    this.broken = parts.broken;
    this.#channel = parts.channel;
    this.#connection = parts.connection;
    this.#hearers = parts.hearers;
    this.#timer = setInterval(() => this.tell(0, { kind: 'alive' }), aliveEveryMs).unref();
  }

  static async open(
    connection: SshConnection,
    machine: MininetMachine,
    { node, app }: SentBundle,
  ): Promise<AgentLine> {
    const words = [node, '--no-warnings', `${app}/testbed/labs/mininet-driver/agent/main.ts`];
    const env = `NODE_COMPILE_CACHE=${quoteCommand([`${machine.home}/.cache/ropewalk/code`])}`;
    const sudo = machine.isRoot ? 'exec env' : 'exec sudo -n env';
    connection.hold();
    const channel = await connection.exec(`${sudo} ${env} ${quoteCommand(words)}`);
    const hearers = new Map<number, Hear>();
    const { promise: hello, resolve } = Promise.withResolvers<AgentFacts>();
    hearers.set(0, (word) => void (word.kind === 'hello' && resolve(word.facts)));
    const broken = watch(channel, connection, hearers);
    const facts = await Promise.race([hello, broken]);
    connection.release();
    return new AgentLine({ facts, broken, channel, connection, hearers });
  }

  /** A lab of its own; `hear` gets what is said of it. This process stays as long as it is listened to. */
  listen(hear: Hear): number {
    const lab = this.#nextLab++;
    this.#hearers.set(lab, hear);
    if (this.#holders++ === 0) this.#connection.hold();
    return lab;
  }

  /** What the agent answers to one question. */
  async ask<Kind extends Word['kind']>(order: Order, kind: Kind) {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<Word, { kind: Kind }>>();
    const lab = this.listen((word) => {
      if (word.kind === kind) resolve(word as Extract<Word, { kind: Kind }>);
      if (word.kind === 'failed') reject(unpackError(word.problem));
    });
    this.tell(lab, order);
    try {
      return await Promise.race([promise, this.broken]);
    } finally {
      this.forget(lab);
    }
  }

  forget(lab: number): void {
    if (!this.#hearers.delete(lab)) return;
    if (--this.#holders === 0) this.#connection.release();
  }

  tell(lab: number, body: Order): void {
    const message: Addressed<Order> = { lab, body };
    if (this.#channel.writable) this.#channel.write(frameMessage(message));
  }

  /** It takes down what stands, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#connection.hold();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#channel.once('close', () => resolve());
    this.#channel.end();
    await Promise.race([promise, this.broken]).catch(() => {});
    this.#connection.release();
  }
}

/** The two outputs of the agent, and its end. */
function watch(
  channel: ClientChannel,
  connection: SshConnection,
  hearers: ReadonlyMap<number, Hear>,
): Promise<never> {
  let said = '';
  channel.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2_000);
  });
  const { promise, reject } = Promise.withResolvers<never>();
  const lose = () =>
    reject(lostConnection(connection.settings, `nothing was heard for ${silenceMs / 1_000} s`));
  let silence = setTimeout(lose, silenceMs * 2).unref();
  const reader = new MessageReader<Addressed<Word>>(({ lab, body }) => hearers.get(lab)?.(body));
  channel.on('data', (bytes: Uint8Array) => {
    clearTimeout(silence);
    silence = setTimeout(lose, silenceMs).unref();
    reader.push(bytes);
  });
  channel.once('close', () => reject(agentEnded(said.trim())));
  connection.broken.catch(reject);
  promise.catch(() => clearTimeout(silence));
  return promise;
}

function agentEnded(said: string): FaultError {
  return new FaultError({
    code: 'mininet-agent-ended',
    message: `our agent on the Mininet machine ended${said === '' ? '' : `; it said last: ${said}`}`,
    hint: 'take away what it left there: ropewalk gc --mininet and the same login',
  });
}
