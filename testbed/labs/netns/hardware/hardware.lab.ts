/** A User-Mode Linux as the foreign machine: a kernel of another version, plugged into a topology by its TAP. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { formatPrefix } from '../../../../src/base/prefix.ts';
import type { TraceRecord } from '../../../../src/trace/record.ts';
import { collectGarbage } from '../../ledger/collect-garbage.ts';
import { newRunId } from '../../ledger/run-id.ts';
import { makeGuestDevice } from '../../mininet-driver/host/guest-device.ts';
import { declareHostLack, hostLackHere } from '../../mininet-driver/host/testing-host.ts';
import { UmlGuest } from '../../mininet-driver/host/uml-guest.ts';
import { createNetnsLab, raiseNetnsLab } from '../netns-lab.ts';
import { foreignPlan } from './testing-foreign.ts';

const lack = hostLackHere();
if (lack !== undefined) declareHostLack(lack);
else {
  test.serial('a foreign kernel answers over our link, and its TAP comes back as it was', answers);
  test.serial('a report of a run with a virtual machine says that it is a guest', async (t) =>
    isReported(t, await plugGuest(t, '192.0.2.7/24'), 'guest'),
  );
  test.serial('a report of a run with a machine behind a card says NIC', (t) =>
    isReported(t, plugCard(t, '192.0.2.7/24'), 'NIC'),
  );
  test.serial('after a kill the interface is given back by gc', isGivenBack);
}

const settings = { address: '192.0.2.9/24', route: '198.51.100.0/24' } as const;

/** A TAP of this machine, with all that it could lose, and the guest behind it. */
async function plugGuest(t: ExecutionContext, address: string): Promise<string> {
  const name = `rwt${newRunId()}`;
  makeGuestDevice(name);
  t.teardown(() => execFileSync('ip', ['link', 'del', name], { stdio: 'ignore' }));
  execFileSync('ip', ['link', 'set', name, 'mtu', '1400']);
  execFileSync('ip', ['address', 'add', settings.address, 'dev', name]);
  execFileSync('ip', ['route', 'add', settings.route, 'via', '192.0.2.1', 'dev', name]);
  const guest = await UmlGuest.boot({
    ...{ memoryMiB: 192, devices: [name], runId: newRunId(), modules: ['veth'] },
    folder: mkdtempSync(join(tmpdir(), 'ropewalk-foreign-')),
    namespacePath: '/proc/self/ns/net',
    // It must not speak by itself: a frame that a TAP device refuses is the last that it sends.
    body: `[ -d /proc/sys/net/ipv6 ] && echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
ip addr add ${address} dev vec0; ip link set vec0 up; uname -r; echo plugged; exec sleep 86399\n`,
    readyLine: /^plugged\s*$/,
  });
  t.teardown(() => guest[Symbol.asyncDispose]());
  return name;
}

/** All of it that goes when it goes to another namespace, or that a hub turns off. */
function look(name: string): string {
  const say = (words: readonly string[]) =>
    execFileSync('ip', words as string[], { encoding: 'utf8' }).replace(/^\d+: /gm, '');
  return (
    say(['-4', 'address', 'show', 'dev', name]) +
    say(['-4', 'route', 'show', 'table', 'all', 'dev', name]) +
    execFileSync('ethtool', ['-k', name], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => /^(scatter|generic|tcp-segmentation|[rt]x-checksumming)/.test(line))
      .join('\n')
  );
}

function ping(namespacePath: string, address: string): string {
  const words = [`--net=${namespacePath}`, 'ping', '-c', '5', '-i', '0.2', '-W', '2', address];
  return execFileSync('nsenter', words, { encoding: 'utf8' });
}

async function answers(t: ExecutionContext): Promise<void> {
  const planned = foreignPlan('placeholder');
  const [address] = planned.nodes.find(({ name }) => name === 'box')!.interfaces[0]!.addresses;
  const name = await plugGuest(t, formatPrefix(address!));
  const plan = foreignPlan(name);
  t.deepEqual(createNetnsLab([]).lacks(plan), []);
  const before = look(name);
  const records: TraceRecord[] = [];
  await using live = await raiseNetnsLab(plan, {
    onRecord: (record) => records.push(record),
    capture: undefined,
  });
  t.throws(() => look(name), undefined, 'it is not here meanwhile');
  const said = ping(
    live.place.standing.namespacePathOf('phone'),
    formatPrefix(address!).split('/')[0]!,
  );
  const least = Number(/= ([\d.]+)\//.exec(said)![1]);
  t.true(least >= 20 && least < 60, `${least} ms where 10 ms each way are asked for`);
  await live[Symbol.asyncDispose]();
  t.is(look(name), before);
  const taken = records.find(({ kind }) => kind === 'hardware.taken');
  t.like(taken, { node: 'box', interface: name, hardware: 'guest', clock: 'its own' });
  t.log(`this machine has Linux ${release()}`);
}

const scenarioWith = (name: string) => `scenario: foreign
about: A machine of somebody else's is asked.
repeat: 1
limit: 20 s
nodes:
  phone: { kind: terminal }
  box: { kind: hardware, interface: ${name}, address: { wire: 192.0.2.7/24 } }
links:
  wire: { between: [phone, box], delay: 10 ms }
programs:
  ask: { on: phone, run: [ping, -c, '3', -i, '0.2', -W, '2', 192.0.2.7], awaited: true }
`;

/** A card, as the kernel sees it, and a machine at the other end of its cable. */
function plugCard(t: ExecutionContext, address: string): string {
  const name = `rwt${newRunId()}`;
  const say = (...words: readonly string[]) => execFileSync('ip', words as string[]);
  say('netns', 'add', name);
  t.teardown(() => say('netns', 'del', name));
  say('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  say('-n', name, 'address', 'add', address, 'dev', 'eth0');
  say('-n', name, 'link', 'set', 'eth0', 'up');
  say('link', 'set', name, 'up');
  return name;
}

function isReported(t: ExecutionContext, name: string, hardware: 'guest' | 'NIC'): void {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-foreign-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'foreign.yaml'), scenarioWith(name));
  const bin = join(import.meta.dirname, '../../../cli/ropewalk.js');
  const words = ['run', join(folder, 'foreign.yaml'), '--lab', 'netns', '--out', folder];
  const said = spawnSync(process.execPath, [bin, ...words], { encoding: 'utf8' });
  t.is(said.status, 0, `${said.stdout}${said.stderr}`);
  const line = `hardware: ${hardware}: box, behind ${name}, by its own clock`;
  for (const file of ['report.md', 'report.html']) {
    t.true(readFileSync(join(folder, 'foreign', file), 'utf8').includes(line), file);
  }
}

async function isGivenBack(t: ExecutionContext): Promise<void> {
  const name = await plugGuest(t, '192.0.2.77/24');
  const before = look(name);
  const script = join(import.meta.dirname, 'testing-borrower.ts');
  const words = ['--no-warnings', script, name];
  const borrower = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(borrower.stdout, 'data');
  t.throws(() => look(name));
  borrower.kill('SIGKILL');
  await once(borrower, 'exit');
  const runs = await collectGarbage();
  t.true(runs.some(({ removed }) => removed.some(({ kind }) => kind === 'interface')));
  t.is(look(name), before);
}
