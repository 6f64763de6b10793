import { globSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { bin, grid, startFolder } from './testing-runs.ts';

test('under sudo all that a run writes belongs to who called it', async (t) => {
  const folder = startFolder(t, { 'grid.yaml': grid });
  const env = { SUDO_UID: '65534', SUDO_GID: '65533' };
  const words = [
    'run',
    'grid.yaml',
    '--case',
    'links.wire.loss=0%,links.wire.delay=1ms',
    '--capture',
  ];
  const { exitCode, stderr } = await execa(bin, words, { cwd: folder, env, reject: false });
  t.is(exitCode, 0, stderr);
  const written = globSync('reports/**', { cwd: folder }).map((name) => join(folder, name));
  t.true(written.some((path) => path.endsWith('.pcapng')));
  for (const path of written) {
    const { uid, gid } = lstatSync(path);
    t.deepEqual([uid, gid], [65_534, 65_533], path);
  }
});
