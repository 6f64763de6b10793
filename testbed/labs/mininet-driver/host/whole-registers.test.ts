import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findCompiler, hasTiles, registersPreload } from './whole-registers.ts';

const before = 'processor : 0\nflags\t\t: fpu avx512f pku ospke\nbugs : \n';
const withTiles = before.replace('ospke', 'ospke amx_bf16 amx_tile amx_int8');

test('a processor with tiles is told from one without', (t) => {
  t.true(hasTiles(withTiles));
  t.false(hasTiles(before));
  t.false(hasTiles(before.replace('ospke', 'amx_tilefoo')));
});

test('where registers are as large as they were, nothing is made', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  t.deepEqual(await registersPreload(folder, before), {});
  t.false(existsSync(join(folder, 'whole-registers.so')));
});

test('without a compiler it is said what for, and what to type', (t) => {
  const error = t.throws(() => findCompiler(() => undefined));
  t.like(error, {
    code: 'no-user-mode-linux',
    message:
      'User-Mode Linux 6.1 does not start on a processor with tile registers (amx_tile) without a library of ours, and no C compiler is there to make it',
    hint: 'sudo apt-get install --no-install-recommends gcc libc6-dev',
  });
  t.is(
    findCompiler((name) => `/usr/bin/${name}`),
    '/usr/bin/cc',
  );
});
