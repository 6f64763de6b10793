import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { labTest as test } from '../../linux/testing-lab.ts';
import type { FromUnit } from '../messages.ts';
import { Bench } from './testing-bench.ts';
import { type Answer, Client } from './testing-clients.ts';

/** `ROPEWALK_UPGRADES`: as many as the proof asks for. */
const upgrades = Number(process.env['ROPEWALK_UPGRADES'] ?? 5);
const standing = Number(process.env['ROPEWALK_PEERS'] ?? 40);
const newcomersASecond = 50;

interface Load {
  isOver: boolean;
  readonly clients: Client[];
}

/** Asks in pieces with a breath between them, again and again. */
async function askOn(client: Client, load: Load): Promise<void> {
  while (!load.isOver && client.faults.length === 0) {
    await client.ask(3, () => pause(1));
    await pause(5);
  }
}

async function comeAndGo(port: number, load: Load): Promise<void> {
  while (!load.isOver) {
    const client = await Client.connect(port);
    load.clients.push(client);
    await client.ask(2, () => pause(1));
    client.end();
    await pause(1_000 / newcomersASecond);
  }
}

/** A machine that stands still for seconds may keep a switch from coming about: nothing is lost by it. */
async function upgradeTo(bench: Bench, version: string): Promise<void> {
  const outcomes: FromUnit[] = [];
  while (outcomes.length < 3) {
    const outcome = await bench.upgradeTo(version);
    if (outcome.kind === 'switched-to') return;
    outcomes.push(outcome);
  }
  throw new Error(`no upgrade to ${version}: ${JSON.stringify(outcomes)}`);
}

test('system 4.4: upgrades in a row under standing and new connections lose nothing', async (t) => {
  t.timeout(60_000 + upgrades * 2_000);
  await using bench = await Bench.start();
  const load: Load = { isOver: false, clients: [] };
  for (let at = 0; at < standing; at++) load.clients.push(await Client.connect(bench.port));
  const work = [...load.clients.map((client) => askOn(client, load)), comeAndGo(bench.port, load)];
  for (let at = 0; at < upgrades; at++) {
    const version = `load-${at}`;
    await upgradeTo(bench, version);
    t.is((await bench.nextServing()).version, version);
    await pause(100);
  }
  load.isOver = true;
  await Promise.all(work);
  const answers = load.clients.flatMap((client) => client.answers);
  t.deepEqual(
    load.clients.flatMap(({ faults }) => faults),
    [],
  );
  t.deepEqual(
    counts(answers),
    answers.map((_, at) => at + 1),
  );
  const waited = answers.map(({ waitedMs }) => waitedMs).toSorted((a, b) => a - b);
  t.log(`${load.clients.length} connections, ${answers.length} answers, ${upgrades} upgrades`);
  t.log(`pauses of ${standing} peers: ${pausesOf(load.clients.slice(0, standing)).join(', ')} ms`);
  t.log(`the longest wait ${waited.at(-1)!.toFixed(1)} ms`);
});

function counts(answers: readonly Answer[]): number[] {
  return answers.map(({ count }) => count).toSorted((a, b) => a - b);
}

/** How long the first answer of a new version was waited for: median, p99. */
function pausesOf(clients: readonly Client[]): string[] {
  const pauses = clients.flatMap(({ answers }) =>
    answers.filter((answer, at) => at > 0 && answer.version !== answers[at - 1]!.version),
  );
  const sorted = pauses.map(({ waitedMs }) => waitedMs).toSorted((a, b) => a - b);
  return [0.5, 0.99].map((ratio) => sorted[Math.ceil(sorted.length * ratio) - 1]!.toFixed(1));
}
