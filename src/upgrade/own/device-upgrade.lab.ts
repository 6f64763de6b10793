/** A service on a stack of ours is replaced; its peers are connections of a kernel, which knows nothing of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { runInNamespace } from '../../linux/network-namespace.ts';
import { connectSocket, openSocket } from '../../linux/socket.ts';
import { addressFamily } from '../../linux/socket-address.ts';
import { serialLabTest as test } from '../../linux/testing-lab.ts';
import { leftAddress, OwnCable } from '../../runtime/interface-daemon/testing-own-cable.ts';
import { openRawSocket } from '../kernel/kernel-socket.ts';
import { Bench } from '../kernel/testing-bench.ts';
import { Client } from '../kernel/testing-clients.ts';

const env = { COUNTER_DEVICE: 'cable 192.0.2.1/24 2001:db8:1::1/64' };
const port = 7_000;

class Stage implements AsyncDisposable {
  readonly cable = new OwnCable();
  bench!: Bench;
  readonly #clients: Client[] = [];

  static async set(): Promise<Stage> {
    await using made = new AsyncDisposableStack();
    const stage = new Stage();
    made.use(stage.cable);
    stage.bench = await Bench.start({ namespace: stage.cable.left, env });
    made.move();
    return stage;
  }

  /** A connection of the kernel at the right end. */
  connect(family: 4 | 6 = 4): Client {
    const kind = family === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
    const fd = runInNamespace(this.cable.right, () => openSocket(kind, 'stream'));
    connectSocket(fd, { address: leftAddress[family], port });
    const client = Client.over(openRawSocket(fd));
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.bench[Symbol.asyncDispose]();
    await this.cable[Symbol.asyncDispose]();
  }
}

for (const family of [4, 6] as const) {
  test(`system 4.5, on our own stack, IPv${family}: a counter goes on in another process, on the same connection`, async (t) => {
    await using stage = await Stage.set();
    const { bench } = stage;
    const client = stage.connect(family);
    const before = await client.ask(2);
    const [row] = await bench.rows();
    t.is((await bench.upgradeTo('2')).kind, 'switched-to');
    const after = await client.ask(2);
    t.deepEqual([before!.count, before!.version], [1, '1']);
    t.deepEqual([after!.count, after!.version], [2, '2']);
    t.not(before!.pid, after!.pid);
    const [moved] = await bench.rows();
    t.deepEqual(moved!.sockets, row!.sockets);
    t.deepEqual(
      moved!.sockets.map(({ kind }) => kind),
      ['device', 'stream'],
    );
    const late = stage.connect(family);
    t.is((await late.ask())!.count, 3);
    t.deepEqual([...client.faults, ...late.faults], []);
  });
}

test('system 4.1, on our own stack: what comes between the stop and the switch waits in the ring, and the target alone reads it', async (t) => {
  await using stage = await Stage.set();
  const { bench } = stage;
  const clients = [4, 4, 6, 6].map((family) => stage.connect(family as 4 | 6));
  for (const client of clients) await client.ask();
  let between: Promise<unknown>[] = [];
  bench.on('upgrade.request', () => {
    between = [...clients, stage.connect()].flatMap((client) => [client.ask(), client.ask(2)]);
  });
  t.is((await bench.upgradeTo('2')).kind, 'switched-to');
  await Promise.all(between);
  const answers = clients.flatMap((client) => client.answers.slice(1));
  t.is(answers.length, 8);
  t.true(answers.every(({ version }) => version === '2'));
  t.deepEqual(
    clients.flatMap(({ faults }) => faults),
    [],
  );
});

test('system 4.1, on our own stack: what was said and not sent goes over', async (t) => {
  await using stage = await Stage.set();
  const { bench } = stage;
  const client = stage.connect();
  client.pause();
  const floods = Array.from({ length: 16 }, () => client.ask(1, undefined, 'flood'));
  const witness = stage.connect();
  // All floods are served, and nobody reads them.
  while ((await witness.ask())!.count < 17);
  t.is((await bench.upgradeTo('2')).kind, 'switched-to');
  client.resume();
  const answers = await Promise.all(floods);
  t.true(answers.every((answer) => answer!.version === '1' && answer!.more.length === 1_048_576));
  t.is((await client.ask())!.version, '2');
  t.deepEqual(client.faults, []);
});

test('system 4.6, on our own stack: a target that is killed at any step leaves the source serving', async (t) => {
  await using stage = await Stage.set();
  const { bench } = stage;
  const client = stage.connect();
  const { pid } = (await client.ask())!;
  for (const step of ['started', 'handled prepared', 'handled data', 'heard switched']) {
    t.deepEqual([step, (await bench.upgradeTo('2', step)).kind], [step, 'kept']);
    const late = stage.connect();
    for (const answer of [await client.ask(2), await late.ask()]) {
      t.deepEqual([step, answer!.version, answer!.pid], [step, '1', pid]);
    }
    t.deepEqual([...client.faults, ...late.faults], []);
  }
  t.is((await bench.upgradeTo('3')).kind, 'switched-to');
  t.deepEqual([(await client.ask())!.version, client.answers.at(-1)!.count], ['3', 10]);
});

test('system 4.4, on our own stack: upgrades in a row under traffic lose nothing', async (t) => {
  await using stage = await Stage.set();
  const { bench } = stage;
  const clients = Array.from({ length: 10 }, (_, at) => stage.connect(at % 2 === 0 ? 4 : 6));
  let isOver = false;
  const talk = async (client: Client) => {
    while (!isOver && client.faults.length === 0) await client.ask(3, () => pause(1));
  };
  const talks = clients.map(talk);
  for (const version of ['2', '3', '4', '5']) {
    t.is((await bench.upgradeTo(version)).kind, 'switched-to');
    clients.push(stage.connect());
    talks.push(talk(clients.at(-1)!));
    await pause(50);
  }
  isOver = true;
  await Promise.all(talks);
  t.deepEqual(
    clients.flatMap(({ faults }) => faults),
    [],
  );
  const counts = clients.flatMap(({ answers }) => answers.map(({ count }) => count));
  t.deepEqual(
    counts.toSorted((a, b) => a - b),
    counts.map((_, at) => at + 1),
  );
  t.is(clients[0]!.answers.at(-1)!.version, '5');
});
