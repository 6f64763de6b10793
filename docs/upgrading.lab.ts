import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../src/linux/testing-lab.ts';

/** Units are found by names of a network namespace; what the page starts ends with its process namespace. */
const alone = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
const raised = 'ip link set lo up && exec "$@"';

test('each command of the page on upgrades, typed in order, prints what it shows', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-upgrading-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, 'upgrading.md');
  copyFileSync('docs/upgrading.md', copy);
  const replay = [process.execPath, join(import.meta.dirname, 'page-replay.ts'), copy];
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  await execa('unshare', [...alone, 'sh', '-c', raised, 'sh', ...replay], { env: { PATH: path } });
  t.is(readFileSync(copy, 'utf8'), readFileSync('docs/upgrading.md', 'utf8'));
});
