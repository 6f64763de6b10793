/** An access switch that was killed leaves hostapd behind, so that nobody is cut off: its run's end takes that away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { changeLink, createVethPair } from '../../../src/linux/link.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { serialLabTestUnless } from '../../../src/linux/testing-lab.ts';
import { collectGarbage } from './collect-garbage.ts';
import { Ledger } from './ledger.ts';
import { formatLedgerLines } from './ledger-text.ts';
import { pinNamespace } from './namespace-pins.ts';
import { startTimeOf } from './process-table.ts';
import { newRunId } from './run-id.ts';

const hostapd = '/usr/sbin/hostapd';
const freeRadius = '/usr/sbin/freeradius';
const lack = [hostapd, freeRadius].every((tool) => existsSync(tool))
  ? undefined
  : 'needs hostapd and FreeRADIUS: make setup-labs';
const test = serialLabTestUnless(lack);
const root = join(import.meta.dirname, '../../..');

test('gc ends the hostapd and the FreeRADIUS of an access switch that was killed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rw-gc-access-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  await using _ = Ledger.open('netns', newRunId());
  const name = `rw-${newRunId()}-0`;
  using namespace = NetworkNamespace.create();
  pinNamespace(namespace, name);
  cable(namespace, 'p1', 'home');
  cable(namespace, 'up', 'far');
  const server = startServer(t, namespace, folder);
  const hostapdPid = await startAndKillSwitch(t, namespace, folder);
  t.truthy(startTimeOf(hostapdPid), 'hostapd has outlived the controller');
  leaveRun(join(folder, 'runs'), name);
  const [run] = await collectGarbage(join(folder, 'runs'));
  const ended = run!.removed.filter((entry) => entry.kind === 'process').map(({ pid }) => pid);
  t.true(ended.includes(hostapdPid) && ended.includes(server.pid!));
  t.is(startTimeOf(hostapdPid), undefined);
  t.true(run!.removed.some((entry) => entry.kind === 'namespace' && entry.name === name));
});

function cable(namespace: NetworkNamespace, one: string, other: string): void {
  using socket = runInNamespace(namespace, () => new RouteSocket());
  socket.apply([createVethPair({ name: one }, { name: other })]);
  socket.apply(['lo', one, other].map((name) => changeLink(name, { up: true })));
}

/** One that knows nobody. */
function startServer(
  t: ExecutionContext,
  namespace: NetworkNamespace,
  folder: string,
): ChildProcess {
  const own = join(folder, 'server');
  mkdirSync(own);
  writeFileSync(join(own, 'dictionary'), '$INCLUDE /usr/share/freeradius/dictionary\n');
  const listen = '  listen {\n    type = auth\n    ipaddr = 127.0.0.1\n    port = 1812\n  }\n';
  const general = `raddbdir = ${own}\nlogdir = ${own}\nrun_dir = ${own}\nlibdir = /usr/lib/freeradius\n`;
  const text = `${general}server outer {\n${listen}  authorize {\n  }\n}\n`;
  writeFileSync(join(own, 'radiusd.conf'), text, { mode: 0o600 });
  const argv = ['-f', '-l', 'stdout', '-d', own, '-D', own];
  const child = runInNamespace(namespace, () => spawn(freeRadius, argv, { stdio: 'ignore' }));
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

/** The process of its port's hostapd. */
async function startAndKillSwitch(
  t: ExecutionContext,
  namespace: NetworkNamespace,
  folder: string,
): Promise<number> {
  const server = { name: 'radius', address: '127.0.0.1', secret: 'between-us' };
  const settings = { name: 'street', ports: ['p1'], uplinks: ['up'], servers: [server], folder };
  const path = join(folder, 'switch.json');
  writeFileSync(path, JSON.stringify(settings));
  const argv = [join(root, 'src/cli/access-switch.ts'), path];
  const child = runInNamespace(namespace, () =>
    spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  t.teardown(() => child.kill('SIGKILL'));
  let told = '';
  for await (const text of child.stdout) {
    told += String(text);
    if (told.includes('program.ready')) break;
  }
  t.true(told.includes('program.ready'));
  const exited = child.exitCode ?? child.signalCode ?? once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  const pid = Number(readFileSync(join(folder, 'p1.pid'), 'utf8'));
  t.teardown(() => {
    if (startTimeOf(pid) !== undefined) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

/** A run whose owner is gone: nobody has its ledger locked. */
function leaveRun(runs: string, namespace: string): void {
  const folder = join(runs, 'run');
  mkdirSync(folder, { recursive: true });
  const owner = { kind: 'netns', pid: 1, startTime: 1 } as const;
  const lines = [{ owner }, { note: { kind: 'namespace', name: namespace } as const }];
  writeFileSync(join(folder, 'ledger.ndjson'), formatLedgerLines(lines));
}
