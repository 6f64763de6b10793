import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { InputError } from '../../src/base/errors.ts';
import { lockFolder } from './folder-lock.ts';

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function plant(folder: string, owner: object): void {
  writeFileSync(join(folder, '.ropewalk-lock'), `${JSON.stringify(owner)}\n`);
}

const here = { startTicks: undefined, host: hostname(), since: '2026-01-02T03:04:05.000Z' };

function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

test('a second one is told who holds the folder', (t) => {
  const folder = temporary(t);
  const lock = lockFolder(folder);
  const error = t.throws(() => lockFolder(folder), { instanceOf: InputError });
  t.is(error.code, 'folder-in-use');
  t.regex(error.message, new RegExp(`is being written by process ${process.pid} on .* since 20`));
  lock.release();
  lockFolder(folder).release();
  t.deepEqual(readdirSync(folder), []);
});

test('what a dead process holds is taken over, and nothing of it is left', (t) => {
  const folder = temporary(t);
  plant(folder, { ...here, pid: deadPid() });
  const lock = lockFolder(folder);
  t.is(JSON.parse(readFileSync(join(folder, '.ropewalk-lock'), 'utf8')).pid, process.pid);
  lock.release();
  t.deepEqual(readdirSync(folder), []);
});

test('a living process with the number of a dead one does not hold its folder', (t) => {
  const folder = temporary(t);
  plant(folder, { ...here, pid: process.pid, startTicks: '1' });
  // Without /proc nobody can tell when a process began.
  if (existsSync('/proc/self/stat')) lockFolder(folder).release();
  t.deepEqual(readdirSync(folder).length, existsSync('/proc/self/stat') ? 0 : 1);
});

test('the lock of another machine is believed', (t) => {
  const folder = temporary(t);
  plant(folder, { ...here, pid: 1, host: 'elsewhere.example' });
  const error = t.throws(() => lockFolder(folder), { instanceOf: InputError });
  t.regex(error.message, /process 1 on elsewhere\.example since 2026-01-02/);
  t.regex(error.hint!, /delete .*\.ropewalk-lock$/);
});

test('a lock that is no lock is left alone and named', (t) => {
  const folder = temporary(t);
  writeFileSync(join(folder, '.ropewalk-lock'), '{"pi');
  const error = t.throws(() => lockFolder(folder), { instanceOf: InputError });
  t.is(error.message, `${folder} is being written by another run`);
});

test('releasing leaves the lock of whoever took it over', (t) => {
  const folder = temporary(t);
  const lock = lockFolder(folder);
  plant(folder, { ...here, pid: 1 });
  lock.release();
  t.true(existsSync(join(folder, '.ropewalk-lock')));
});
