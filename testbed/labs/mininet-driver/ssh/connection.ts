/** One ssh connection to a Mininet machine, over which everything goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import ssh2, { type AuthenticationType, Client, type ClientChannel, type SFTPWrapper } from 'ssh2';
import { algorithmsFor, type KnownKey, knownKeysOf } from './known-hosts.ts';
import { type HostRefusal, lostConnection, notConnected } from './ssh-errors.ts';
import type { SshSettings } from './target.ts';

const patienceMs = 20_000;

export class SshConnection implements AsyncDisposable {
  /** Rejects when it breaks, unless it was ended here. */
  readonly broken: Promise<never>;
  readonly settings: SshSettings;
  readonly #client: Client;
  readonly #way: Way;
  #isEnding = false;

  private constructor(settings: SshSettings, client: Client, way: Way) {
    this.settings = settings;
    this.#client = client;
    this.#way = way;
    const { promise, reject } = Promise.withResolvers<never>();
    this.broken = promise;
    this.broken.catch(() => {});
    const lose = (why: string) => {
      if (!this.#isEnding) reject(lostConnection(settings, why));
    };
    client.on('error', (error) => lose(error.message));
    client.on('close', () => lose('the other side hung up'));
  }

  static async open(settings: SshSettings): Promise<SshConnection> {
    const way = openWay(settings);
    const client = new Client();
    const known = knownKeysOf(settings);
    let refusal: HostRefusal | undefined;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    client.once('ready', resolve);
    // It says more than once that it failed, and the second time may come before anybody hears of the first.
    client.on('error', reject);
    client.once('close', () => reject(new Error('the other side hung up')));
    way.failed.catch(reject);
    client.connect({
      ...{ sock: way.stream, username: settings.user, readyTimeout: patienceMs },
      hostVerifier: (key: Buffer) => {
        refusal = refusalOf(key, known, settings);
        return refusal === undefined;
      },
      ...(known.length > 0 && { algorithms: { serverHostKey: algorithmsFor(known) as never } }),
      ...loginMethods(settings),
    });
    try {
      await promise;
    } catch (error) {
      // It says more than once that it failed.
      client.on('error', () => {});
      client.destroy();
      way.close();
      throw notConnected(settings, error as Error, { refusal, said: way.said(), known });
    }
    client.removeAllListeners('error').removeAllListeners('close');
    const connection = new SshConnection(settings, client, way);
    connection.release();
    return connection;
  }

  /** While it is held, this process does not end by itself. */
  hold(): void {
    this.#way.hold(true);
  }

  release(): void {
    this.#way.hold(false);
  }

  async exec(command: string): Promise<ClientChannel> {
    const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
    this.#client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
    return Promise.race([promise, this.broken]);
  }

  async sftp(): Promise<SFTPWrapper> {
    const { promise, resolve, reject } = Promise.withResolvers<SFTPWrapper>();
    this.#client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
    return Promise.race([promise, this.broken]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#client.end();
    this.#way.close();
  }
}

/** By what the bytes go: a socket, or the two pipes of a command. */
interface Way {
  readonly stream: Duplex;
  readonly failed: Promise<never>;
  /** What the command printed. */
  said(): string;
  hold(held: boolean): void;
  close(): void;
}

function openWay({ host, port, proxyCommand }: SshSettings): Way {
  return proxyCommand === undefined
    ? socketWay(createConnection({ host, port }))
    : proxyWay(proxyCommand);
}

function socketWay(socket: Socket): Way {
  const { promise, reject } = Promise.withResolvers<never>();
  socket.once('error', reject);
  return {
    ...{ stream: socket, failed: promise, said: () => '' },
    hold: (held) => void (held ? socket.ref() : socket.unref()),
    close: () => void socket.destroy(),
  };
}

function proxyWay(command: string): Way {
  const child = spawn('sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  const { promise, reject } = Promise.withResolvers<never>();
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text = `${text}${piece}`.slice(-1_000);
  });
  child.once('error', reject);
  child.once('exit', (code, signal) =>
    reject(new Error(`ProxyCommand ended with ${code ?? signal}`)),
  );
  child.stdin.on('error', () => {});
  const pipes = Duplex.from({ readable: child.stdout, writable: child.stdin } as never);
  pipes.on('error', () => {});
  return {
    ...{ stream: pipes, failed: promise, said: () => text.trim() },
    hold: (held) => holdChild(child, held),
    close: () => void child.kill(),
  };
}

function holdChild(child: ChildProcess, held: boolean): void {
  for (const one of [child, ...child.stdio.slice(0, 3)] as (ChildProcess | Socket)[]) {
    if (held) one.ref();
    else one.unref();
  }
}

function refusalOf(
  key: Buffer,
  known: readonly KnownKey[],
  { trusts }: SshSettings,
): HostRefusal | undefined {
  if (trusts === 'any' || known.some((one) => one.key === key.toString('base64'))) return undefined;
  if (trusts === 'new' && known.length === 0) return undefined;
  const digest = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
  return { kind: known.length === 0 ? 'unknown' : 'changed', fingerprint: `SHA256:${digest}` };
}

/** What ssh offers: the keys of its files that need no passphrase, then those of the agent. */
function loginMethods({ user: username, identityFiles, agentSocket }: SshSettings) {
  const keys = identityFiles
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path))
    .filter((key) => !(ssh2.utils.parseKey(key) instanceof Error));
  const methods = [
    ...keys.map((key) => ({ type: 'publickey' as const, username, key })),
    ...(agentSocket === undefined
      ? []
      : [{ type: 'agent' as const, username, agent: agentSocket }]),
  ];
  return { authHandler: methods as unknown as AuthenticationType[] };
}
