import process from 'node:process';
import { labTest as test } from '../../linux/testing-lab.ts';
import { Bench } from './testing-bench.ts';
import { Client } from './testing-clients.ts';
import { askUnit } from './unit-verbs.ts';

/** `ROPEWALK_KILLS`: as many at each step as the proof asks for. */
const kills = Number(process.env['ROPEWALK_KILLS'] ?? 1);

/** Whatever the target hears, before it did anything about it, and when it had said its answer. */
const steps = [
  'started',
  ...['heard state', 'handled state'],
  ...['heard prepared', 'handled prepared'],
  ...['heard data', 'handled data'],
  ...['heard indication', 'handled indication'],
  'heard switched',
];

test('system 4.6: a target that is killed at any step leaves the source serving, and the next one takes over', async (t) => {
  t.timeout(60_000 + kills * steps.length * 2_000);
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  const { pid } = (await client.ask())!;
  for (let kill = 0; kill < kills; kill++) {
    for (const step of steps) {
      t.deepEqual([step, (await bench.upgradeTo('2', step)).kind], [step, 'kept']);
      const late = await Client.connect(bench.port);
      const answers = [await client.ask(2), await late.ask()];
      late.end();
      t.deepEqual(
        answers.map((answer) => [step, answer!.version, answer!.pid]),
        answers.map(() => [step, '1', pid]),
      );
      t.deepEqual([...client.faults, ...late.faults], []);
    }
  }
  t.is((await bench.upgradeTo('3')).kind, 'switched-to');
  await bench.nextServing();
  const last = await client.ask();
  t.deepEqual([last!.version, last!.count], ['3', 2 * kills * steps.length + 2]);
});

test('system 4.6: a target that never asks for the switch is given up, and the source serves on', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  await client.ask();
  const { kind, reason } = (await bench.upgradeTo('2', 'deaf to indication')) as {
    kind: string;
    reason: string;
  };
  t.deepEqual([kind, reason], ['kept', 'indicated for too long']);
  const kept = await client.ask();
  t.deepEqual([kept!.version, kept!.count], ['1', 2]);
  t.is((await bench.upgradeTo('3')).kind, 'switched-to');
});

test('a target that is killed when it holds the sockets was the service: it ends as a service does', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  await client.ask();
  t.is((await bench.upgradeTo('2', 'handled switched')).kind, 'switched-to');
  t.is(await client.ask(), undefined);
  t.is(client.faults.length, 1);
  t.deepEqual(await bench.rows(), []);
});

test('an upgrade of a service that is being upgraded is refused by name', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  const first = bench.upgradeTo('2');
  const second = await bench.upgradeTo('3');
  t.deepEqual(second, { kind: 'refused', reason: 'already-upgrading' });
  t.is((await first).kind, 'switched-to');
  const question = { kind: 'register', service: 'counter', version: '4' } as const;
  t.deepEqual(await askUnit(bench.unitName, question), { kind: 'refused', reason: 'name-taken' });
  t.is((await client.ask())!.version, '2');
});

test('a source that is killed after the request leaves the service to its target: no peer notices', async (t) => {
  await using bench = await Bench.start();
  const clients = [await Client.connect(bench.port), await Client.connect(bench.port)];
  const [{ pid } = { pid: 0 }] = await Promise.all(clients.map((client) => client.ask()));
  bench.on('upgrade.request', () => process.kill(pid, 'SIGKILL'));
  t.is((await bench.upgradeTo('2')).kind, 'switched-to');
  const answers = await Promise.all(clients.map((client) => client.ask(2)));
  t.deepEqual(
    answers.map((answer) => answer!.version),
    ['2', '2'],
  );
  t.deepEqual(
    clients.flatMap(({ faults }) => faults),
    [],
  );
});

test('a source that is killed before it stopped ends the service, and whoever asked is told so', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  const { pid } = (await client.ask())!;
  const outcome = bench.upgradeTo('2', 'deaf to state');
  while ((await bench.rows())[0]?.phase !== 'intending');
  process.kill(pid, 'SIGKILL');
  t.deepEqual(await outcome, { kind: 'kept', reason: 'the service ended' });
  t.deepEqual(await bench.rows(), []);
});
