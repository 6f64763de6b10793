import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { bindMount, detachMount, listMountPoints } from '../../../src/linux/mount.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { collectGarbage } from './collect-garbage.ts';
import { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { formatLedgerLines } from './ledger-text.ts';
import { pinNamespace, pinPath } from './namespace-pins.ts';
import { startTimeOf } from './process-table.ts';
import { newRunId } from './run-id.ts';

function newRoot(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'runs of a test '));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'ropewalk');
}

/** A run whose owner is gone: nobody has its ledger locked. */
function leaveRun(root: string, runId: string, ...entries: readonly LedgerEntry[]): string {
  const folder = join(root, runId);
  mkdirSync(folder, { recursive: true });
  const owner = { kind: 'netns', pid: 1, startTime: 1 } as const;
  const lines = [{ owner }, ...entries.map((note) => ({ note }))];
  writeFileSync(join(folder, 'ledger.ndjson'), formatLedgerLines(lines));
  return folder;
}

async function startSleeper(t: ExecutionContext) {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  t.teardown(() => child.kill('SIGKILL'));
  return {
    child,
    entry: { kind: 'process', pid: child.pid!, startTime: startTimeOf(child.pid!)! } as const,
  };
}

test('the run of a living owner is left alone, and one that ended in order leaves nothing', async (t) => {
  const root = newRoot(t);
  const runId = newRunId(root);
  const ledger = Ledger.open('netns', runId, root);
  const entry = { kind: 'file', path: join(ledger.folder, 'something') } as const;
  ledger.note(entry);
  writeFileSync(entry.path, '');
  t.deepEqual(await collectGarbage(root), []);
  t.true(existsSync(entry.path));
  ledger.strike(entry);
  await ledger[Symbol.asyncDispose]();
  t.false(existsSync(root));
});

test('what could not be taken down stays in the ledger for gc', async (t) => {
  const root = newRoot(t);
  const ledger = Ledger.open('netns', 'left', root);
  const path = join(root, '..', 'something');
  writeFileSync(path, '');
  ledger.note({ kind: 'file', path });
  await ledger[Symbol.asyncDispose]();
  const [run] = await collectGarbage(root);
  t.deepEqual(run!.removed, [{ kind: 'file', path }]);
  t.false(existsSync(path));
  t.false(existsSync(root));
});

test('a process is ended only if it is the one that the ledger means', async (t) => {
  const root = newRoot(t);
  const [meant, other] = [await startSleeper(t), await startSleeper(t)];
  const recycled = { ...other.entry, startTime: other.entry.startTime - 1 };
  leaveRun(root, 'run', meant.entry, recycled);
  const [run] = await collectGarbage(root);
  t.deepEqual(run!.removed, [meant.entry]);
  t.is((await once(meant.child, 'exit'))[1], 'SIGKILL');
  t.is(startTimeOf(other.child.pid!), other.entry.startTime);
});

test('a process of the run that has come to no namespace is ended, and one of another run is not', async (t) => {
  const root = newRoot(t);
  const start = async (runId: string) => {
    const env = { PATH: '/usr/bin:/bin', ROPEWALK_RUN: runId };
    const child = spawn('sleep', ['1000'], { stdio: 'ignore', env });
    await once(child, 'spawn');
    t.teardown(() => child.kill('SIGKILL'));
    return child;
  };
  const [ours, other] = [await start('run-of-a-test'), await start('run-of-another')];
  leaveRun(root, 'run-of-a-test');
  const [run] = await collectGarbage(root);
  t.deepEqual(
    run!.removed.map(({ kind }) => kind),
    ['process'],
  );
  t.is((await once(ours, 'exit'))[1], 'SIGKILL');
  t.is(other.signalCode, null);
});

test('a namespace goes with who stands in it; its neighbour, whom no ledger names, does not', async (t) => {
  const root = newRoot(t);
  const [ours, foreign] = [`rw-${newRunId()}-0`, `guest-${newRunId()}`];
  // Opening a ledger makes /run/netns what it should be.
  await using _ = Ledger.open('netns', newRunId());
  const sleepers = [ours, foreign].map((name) => {
    using namespace = NetworkNamespace.create();
    pinNamespace(namespace, name);
    return runInNamespace(namespace, () => spawn('sleep', ['1000'], { stdio: 'ignore' }));
  });
  t.teardown(async () => {
    sleepers[1]!.kill('SIGKILL');
    detachMount(pinPath(foreign));
    rmSync(pinPath(foreign), { force: true });
  });
  leaveRun(root, 'run', { kind: 'namespace', name: ours });
  const [run] = await collectGarbage(root);
  t.deepEqual(
    run!.removed.map(({ kind }) => kind),
    ['process', 'namespace'],
  );
  t.is((await once(sleepers[0]!, 'exit'))[1], 'SIGKILL');
  t.deepEqual(
    readdirSync('/run/netns').filter((name) => [ours, foreign].includes(name)),
    [foreign],
  );
  t.is(sleepers[1]!.exitCode ?? sleepers[1]!.signalCode, null);
});

test('a mount goes; a folder in which somebody else mounted something is not emptied', async (t) => {
  const root = newRoot(t);
  const folder = leaveRun(root, 'run', { kind: 'mount', path: join(root, 'run', 'hosts') });
  const [hosts, guest] = [join(folder, 'hosts'), join(folder, 'guest')];
  for (const path of [hosts, guest]) {
    writeFileSync(path, '');
    bindMount('/etc/hostname', path);
  }
  await collectGarbage(root);
  t.deepEqual(
    listMountPoints().filter((path) => path.startsWith(folder)),
    [guest],
  );
  detachMount(guest);
  await collectGarbage(root);
  t.false(existsSync(root));
});

test('a ledger whose last line was cut off by the kill is read up to there', async (t) => {
  const root = newRoot(t);
  const path = join(root, '..', 'file');
  const folder = leaveRun(root, 'run', { kind: 'file', path });
  appendFileSync(join(folder, 'ledger.ndjson'), '{"note":{"kind":"fi');
  writeFileSync(path, '');
  const [run] = await collectGarbage(root);
  t.is(run!.removed.length, 1);
});

test('a run that was killed before it had a ledger leaves a folder, which goes', async (t) => {
  const root = newRoot(t);
  mkdirSync(join(root, 'unsigned'), { recursive: true });
  const left = { runId: 'unsigned', owner: undefined, removed: [], left: [] };
  t.deepEqual(await collectGarbage(root), [left]);
  t.false(existsSync(root));
});
