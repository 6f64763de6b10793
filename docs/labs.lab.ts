import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../src/linux/testing-lab.ts';

/** Labs are found in /run: with one of its own, no other lab is up. */
const alone = 'mount -t tmpfs none /run && exec "$@"';

test('each command of the page on labs, typed in order, prints what it shows', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-labs-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, 'labs.md');
  copyFileSync('docs/labs.md', copy);
  const replay = [process.execPath, join(import.meta.dirname, 'page-replay.ts'), copy];
  await execa('unshare', ['--mount', '--net', 'sh', '-c', alone, 'sh', ...replay]);
  t.is(readFileSync(copy, 'utf8'), readFileSync('docs/labs.md', 'utf8'));
});
