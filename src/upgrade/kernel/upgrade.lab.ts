import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { labTest as test } from '../../linux/testing-lab.ts';
import { Bench } from './testing-bench.ts';
import { Client } from './testing-clients.ts';
import { askUnit } from './unit-verbs.ts';

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
  let upgrade: Promise<unknown> | undefined;
  const answer = await client.ask(2, async () => {
    upgrade = bench.upgradeTo('2');
    during = await other.ask();
    await pause(200);
  });
  await upgrade;
  await bench.nextServing();
  t.is((during as { version: string }).version, '1');
  t.is(answer!.version, '1');
  t.is((await other.ask())!.version, '2');
  t.is((await client.ask())!.count, 5);
  t.deepEqual([...client.faults, ...other.faults], []);
});

test('system 4.2: the table keeps service and sockets under another pid; the source has let them go before the target has them', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  await client.ask();
  const [before] = await bench.rows();
  const shared = sharedSockets(before!.pid);
  t.is(shared.length, 2);
  let atRequest: string[] | undefined;
  bench.on('upgrade.request', () => {
    atRequest = sharedSockets(before!.pid);
  });
  await bench.upgradeTo('2');
  await bench.nextServing();
  const [after] = await bench.rows();
  t.deepEqual(atRequest, []);
  t.deepEqual(after!.sockets, before!.sockets);
  t.not(after!.pid, before!.pid);
  t.deepEqual(sharedSockets(after!.pid), shared);
});

/** Those that this process, where the unit is, has as well. */
function sharedSockets(pid: number): string[] {
  const ours = new Set(socketsOf('self'));
  return socketsOf(String(pid)).filter((socket) => ours.has(socket));
}

function socketsOf(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder)
    .map((fd) => readLinkIn(`${folder}/${fd}`))
    .filter((link) => link.startsWith('socket:'))
    .toSorted();
}

/** The descriptor by which the folder was listed is gone. */
function readLinkIn(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

test('system 4.6: who asks for a switch without an indication is refused, and nothing changes', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  await client.ask();
  const [before] = await bench.rows();
  const request = { kind: 'request', service: 'counter', token: 'guessed', version: '6' } as const;
  t.deepEqual(await askUnit(bench.unitName, request), { kind: 'refused', reason: 'no-indication' });
  t.deepEqual(await askUnit(bench.unitName, { ...request, service: 'other' }), {
    ...{ kind: 'refused', reason: 'no-such-service' },
  });
  t.deepEqual(await bench.rows(), [before]);
  t.is((await client.ask())!.version, '1');
});

test('what a command that is no program starts leaves the source serving', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  const command = ['/there/is/no/such/program'];
  const question = { kind: 'ask-upgrade', service: 'counter', command } as const;
  t.is((await askUnit(bench.unitName, question)).kind, 'kept');
  t.is((await client.ask())!.version, '1');
});

test('a target that says no leaves the source serving, and its reason is told', async (t) => {
  await using bench = await Bench.start();
  const client = await Client.connect(bench.port);
  await bench.upgradeTo('9');
  await bench.nextServing();
  t.deepEqual(await bench.upgradeTo('10'), { kind: 'kept', reason: 'it is of version 9' });
  t.is((await client.ask())!.version, '9');
});

test('system 4.6: an upgrade leaves another service of the unit as it was', async (t) => {
  await using bench = await Bench.start();
  const other = await bench.serveBeside('other');
  const peers = [await Client.connect(bench.port), await Client.connect(other.port)] as const;
  for (const peer of peers) await peer.ask();
  const rowOf = async (name: string) =>
    (await bench.rows()).find(({ service }) => service === name)!;
  const before = await rowOf('other');
  const shared = sharedSockets(other.serving);
  t.is((await bench.upgradeTo('2')).kind, 'switched-to');
  await bench.nextServing();
  t.deepEqual(await rowOf('other'), before);
  t.deepEqual(sharedSockets(other.serving), shared);
  const [moved, stayed] = [await peers[0].ask(), await peers[1].ask()];
  t.deepEqual([moved!.version, moved!.count], ['2', 2]);
  t.deepEqual([stayed!.version, stayed!.count, stayed!.pid], ['1', 2, other.serving]);
});
