import { setTimeout as pause } from 'node:timers/promises';
import { labTest as test } from '../../linux/testing-lab.ts';
import { Bench } from './testing-bench.ts';
import { Client } from './testing-clients.ts';

const mebibyte = '0123456789abcdef'.repeat(65_536);

test('system 4.1: what the source had said and not sent goes over with the data', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  client.pause();
  const floods = Array.from({ length: 24 }, () => client.ask(1, undefined, 'flood'));
  // Until the kernel takes no more, and the source keeps the rest itself.
  while (!(await isStuck(bench, client))) await pause(10);
  t.is((await bench.upgradeTo('2')).kind, 'switched-to');
  client.resume();
  const answers = await Promise.all(floods);
  t.deepEqual(
    answers.map((answer) => [answer!.version, answer!.more === mebibyte]),
    floods.map(() => ['1', true]),
  );
  t.is((await client.ask())!.version, '2');
  t.deepEqual(client.faults, []);
});

/** Somebody else is answered: the lines before theirs were served. */
async function isStuck(bench: Bench, { answers }: Client): Promise<boolean> {
  const witness = await Client.connect(bench.port);
  const { count } = (await witness.ask())!;
  witness.end();
  return count > 24 && answers.length === 0;
}

test('system 4.1: what comes between the stop and the switch waits, and the target alone reads it', async (t) => {
  await using bench = await Bench.start();
  const clients: Client[] = [];
  for (let at = 0; at < 5; at++) clients.push(await Client.connect(bench.port));
  for (const client of clients) await client.ask();
  let between: Promise<unknown>[] = [];
  bench.on('upgrade.request', () => {
    between = clients.flatMap((client) => [client.ask(), client.ask(), client.ask()]);
  });
  t.is((await bench.upgradeTo('2')).kind, 'switched-to');
  await Promise.all(between);
  const answers = clients.flatMap((client) => client.answers.slice(1));
  t.deepEqual(
    answers.map(({ version }) => version),
    answers.map(() => '2'),
  );
  const counts = answers.map(({ count }) => count).toSorted((a, b) => a - b);
  t.deepEqual(
    counts,
    Array.from({ length: 15 }, (_, at) => at + 6),
  );
});
