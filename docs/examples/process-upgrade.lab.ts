/** Servers as a user would write them, and clients that know nothing of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { labTest as test } from '../../src/linux/testing-lab.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'process-upgrade');
const ropewalk = join(root, 'testbed/cli/main.ts');

class Server implements AsyncDisposable {
  readonly #name = `example-${randomBytes(4).toString('hex')}`;
  readonly #file: string;
  #unit: ChildProcess | undefined;
  #server: ChildProcess | undefined;
  port = 0;

  private constructor(file: string) {
    this.#file = join(folder, file);
  }

  static async start(file: string): Promise<Server> {
    await using made = new AsyncDisposableStack();
    const server = made.use(new Server(file));
    server.#unit = server.#run([ropewalk, 'upgrade', '--unit', '--name', server.#name]);
    await server.#untilListed();
    server.#server = server.#run([server.#file, '1']);
    const said = createInterface({ input: server.#server.stdout! });
    const { value } = await said[Symbol.asyncIterator]().next();
    server.port = Number(/port (\d+)/.exec(value ?? '')?.[1]);
    made.move();
    return server;
  }

  async upgrade(service: string, version: string): Promise<string> {
    const to = ['--to', process.execPath, this.#file, version];
    const child = this.#run([ropewalk, 'upgrade', service, '--name', this.#name, ...to]);
    return text(child.stdout!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [this.#server, this.#unit]) {
      if (child?.pid === undefined) continue;
      process.kill(-child.pid, 'SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }

  #run(argv: readonly string[]): ChildProcess {
    const env = { ...process.env, ROPEWALK_UNIT: this.#name, PORT: '0' };
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    return spawn(process.execPath, argv, {
      env,
      stdio: [...stdio],
      detached: true,
      timeout: 60_000,
    });
  }

  /** A unit that answers. */
  async #untilListed(): Promise<void> {
    for (let at = 0; at < 50; at++) {
      const child = this.#run([ropewalk, 'upgrade', '--list', '--name', this.#name]);
      child.stderr?.resume();
      const [code] = await once(child, 'exit');
      if (code === 0) return;
    }
    throw new Error('the unit does not answer');
  }
}

async function visit(agent: Agent, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const request = get({ agent, port, host: '127.0.0.1' }, (response) => {
    text(response).then(resolve, reject);
  });
  request.once('error', reject);
  return promise;
}

test('a keep-alive connection of an HTTP server is answered by another version', async (t) => {
  await using server = await Server.start('http-server.ts');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.regex(await visit(agent, server.port), /^visitor 1, version 1, /);
  const [socket] = Object.values(agent.freeSockets).flat();
  t.regex(await server.upgrade('visitors', '2'), /^visitors is version 2 now, process \d+\n$/);
  t.regex(await visit(agent, server.port), /^visitor 2, version 2, /);
  t.is(Object.values(agent.freeSockets).flat()[0], socket);
  agent.destroy();
});

test('a WebSocket goes on talking with another version', async (t) => {
  await using server = await Server.start('web-socket-server.ts');
  const client = new WebSocket(`ws://127.0.0.1:${server.port}`);
  const heard: string[] = [];
  const said = async (words: string) => {
    client.send(words);
    const [event] = await once(client, 'message');
    heard.push((event as MessageEvent).data as string);
  };
  await once(client, 'open');
  await said('hello');
  t.regex(await server.upgrade('talk', '2'), /^talk is version 2 now/);
  await said('again');
  t.deepEqual(heard, ['1 1 hello', '2 2 again']);
  client.close();
});
