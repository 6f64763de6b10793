import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFile, tryLockFile } from './file-lock.ts';
import { labTest as test } from './testing-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'locks-'));
const room = new URL('.', import.meta.url).href;

test('a lock has one holder, until the file is closed', (t) => {
  const path = join(folder, 'one');
  const [one, other] = [openSync(path, 'w'), openSync(path, 'r')];
  lockFile(one);
  t.false(tryLockFile(other));
  t.true(tryLockFile(one), 'who has it may ask again');
  closeSync(one);
  t.true(tryLockFile(other));
  closeSync(other);
});

test('the lock of a process that is killed is free', async (t) => {
  const path = join(folder, 'killed');
  const fd = openSync(path, 'w');
  const code = `
    import { openSync } from 'node:fs';
    const { lockFile } = await import('${room}file-lock.ts');
    lockFile(openSync(process.argv[1], 'r'));
    process.stdout.write('locked');
    process.stdin.resume();`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', code, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  t.false(tryLockFile(fd));
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  t.true(tryLockFile(fd));
  closeSync(fd);
});

process.on('exit', () => rmSync(folder, { recursive: true }));
