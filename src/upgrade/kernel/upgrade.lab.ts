import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { labTest as test } from '../../linux/testing-lab.ts';
import { Client } from './testing-clients.ts';
import { askUnit } from './unit-verbs.ts';
import { UnitProcess } from './unit-process.ts';
import { unitVariable } from './unit-address.ts';

const counterFile = fileURLToPath(new URL('testing-counter.ts', import.meta.url));

interface Serving {
  readonly serving: number;
  readonly version: string;
  readonly port: number;
}

class Bench implements AsyncDisposable {
  readonly unitName = `test-${randomBytes(4).toString('hex')}`;
  readonly kinds: string[] = [];
  readonly #unit: UnitProcess;
  readonly #first: ChildProcess;
  readonly #said: AsyncIterator<string>;
  pids: number[] = [];
  port = 0;

  private constructor(unit: UnitProcess, unitName: string) {
    this.#unit = unit;
    this.unitName = unitName;
    const env = { ...process.env, [unitVariable]: unitName };
    this.#first = spawn(process.execPath, [counterFile, '1'], {
      ...{ env, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    });
    this.#said = createInterface({ input: this.#first.stdout! })[Symbol.asyncIterator]();
  }

  static async start(): Promise<Bench> {
    const name = `test-${randomBytes(4).toString('hex')}`;
    const kinds: string[] = [];
    const records = { record: (kind: string) => kinds.push(kind) };
    const bench = new Bench(await UnitProcess.start({ name, records }), name);
    bench.kinds.push(...kinds);
    bench.port = (await bench.nextServing()).port;
    return bench;
  }

  async nextServing(): Promise<Serving> {
    const { value } = await this.#said.next();
    const serving = JSON.parse(value) as Serving;
    this.pids.push(serving.serving);
    return serving;
  }

  upgradeTo(version: string, fault = ''): Promise<unknown> {
    const command = [process.execPath, counterFile, version, fault];
    return askUnit(this.unitName, { kind: 'ask-upgrade', service: 'counter', command });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.kill(-this.#first.pid!, 'SIGKILL');
    await this.#unit[Symbol.asyncDispose]();
  }
}

test('system 4.5: a counter goes on in another process of another version, on the same connection', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  const before = await client.ask();
  await bench.upgradeTo('2');
  const { serving } = await bench.nextServing();
  const after = await client.ask();
  t.deepEqual([before!.count, before!.version], [1, '1']);
  t.deepEqual([after!.count, after!.version, after!.pid], [2, '2', serving]);
  t.not(before!.pid, after!.pid);
  t.deepEqual(client.faults, []);
});

test('system 4.3: half a message makes the switch wait, and is processed once', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  const other = await Client.connect(bench.port);
  await client.ask();
  let during: unknown;
  const answer = await client.ask(2, async () => {
    await bench.upgradeTo('2');
    during = await other.ask();
    await pause(200);
  });
  await bench.nextServing();
  t.is((during as { version: string }).version, '1');
  t.is(answer!.version, '1');
  t.is((await other.ask())!.version, '2');
  t.is((await client.ask())!.count, 5);
  t.deepEqual([...client.faults, ...other.faults], []);
});
