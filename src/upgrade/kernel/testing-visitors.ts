/**
 * Peers of the counter in a process of their own, so that what they wait for is not their own test:
 *   node testing-visitors.ts PORT STANDING NEWCOMERS-A-SECOND BREATH-MS
 * Says `here` when all who stay are connected, and what they met with when its input ends.
 */
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, Client } from './testing-clients.ts';

/** What a visitor waited for. */
export type Visit = Pick<Answer, 'saidMs' | 'waitedMs' | 'count'>;

export interface Visitors {
  readonly faults: readonly string[];
  readonly connections: number;
  readonly visits: readonly Visit[];
}

const [port = 0, standing = 0, newcomersASecond = 0, breathMs = 0] = process.argv
  .slice(2)
  .map(Number);
const clients: Client[] = [];
let isOver = false;

/**
 * Three pieces with a breath between them, and a longer one before the next, each of its own length: an upgrade that
 * lets all go on at once would make a crowd of them for good, which waits for itself.
 */
async function stay(client: Client): Promise<void> {
  while (!isOver && client.faults.length === 0) {
    await pause(2 * Math.random() * breathMs);
    await client.ask(3, () => pause(1));
  }
}

async function comeAndGo(): Promise<void> {
  while (!isOver) {
    const client = await Client.connect(port);
    clients.push(client);
    await client.ask(2, () => pause(1));
    client.end();
    await pause(1_000 / newcomersASecond);
  }
}

for (let at = 0; at < standing; at++) clients.push(await Client.connect(port));
const work = [...clients.map(stay), comeAndGo()];
process.stdout.write('here\n');
process.stdin.resume();
await once(process.stdin, 'end');
isOver = true;
await Promise.all(work);
const visits = clients.flatMap(({ answers }) =>
  answers.map(({ saidMs, waitedMs, count }): Visit => ({ saidMs, waitedMs, count })),
);
const faults = clients.flatMap((client) => client.faults);
const met: Visitors = { faults, connections: clients.length, visits };
process.stdout.write(JSON.stringify(met), () => process.exit(0));
