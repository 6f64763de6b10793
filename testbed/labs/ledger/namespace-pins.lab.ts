/** The folder of the names, on a machine on which nobody has named a namespace yet. */
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../../../src/linux/testing-lab.ts';

test('a run that ends takes nothing from one that is about to name its first namespace', async (t) => {
  const script = join(import.meta.dirname, 'testing-two-runs.ts');
  // A /run of its own, so that it is empty and nobody else's.
  const inOwn = 'mount -t tmpfs tmpfs /run && exec "$0" --no-warnings "$1"';
  const words = ['--mount', '--', 'sh', '-c', inOwn, process.execPath, script];
  const { stdout } = await execa('unshare', words);
  t.is(stdout, 'none, [], [rw-second-0], none');
});
