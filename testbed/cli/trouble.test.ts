import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { bin, grid, readFolder, ropewalk, startFolder } from './testing-runs.ts';

const file = 'grid.yaml';
const run = ['run', file, '--out', 'out'];

/** From the nth write on, the disk says `code`. */
function failingWrites(
  name: 'writeSync' | 'writeFileSync' | 'mkdirSync',
  count: number,
  code: string,
): string {
  return `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    const write = fs.${name}; let left = ${count};
    fs.${name} = (...words) => {
      if (--left >= 0) return write(...words);
      throw Object.assign(new Error('${code}: planted'), { code: '${code}', syscall: 'write' });
    };
    syncBuiltinESMExports();`;
}

for (const [writer, count] of [
  ['writeSync', 20],
  // Each sample has two, its story and what was measured.
  ['writeFileSync', 43],
] as const) {
  test.serial(`a disk that is full in ${writer} loses no finished sample`, async (t) => {
    const folder = startFolder(t, { [file]: grid });
    const full = await ropewalk(folder, run, failingWrites(writer, count, 'ENOSPC'));
    t.is(full.exitCode, 2, full.stderr);
    t.regex(full.stderr, /^there is no room for out\/grid\/records\/.* \[disk-full\]$/m);
    t.regex(full.stderr, /make room, then run the same command with --resume/);
    const names = [...readFolder(join(folder, 'out')).keys()];
    t.is(names.filter((name) => /records.*sample-\d+\.json$/.test(name)).length, 20);
    t.deepEqual(
      names.filter((name) => name.endsWith('.partial')),
      [],
    );
    t.false(existsSync(join(folder, 'out/grid/.ropewalk-lock')));
    const resumed = await ropewalk(folder, [...run, '--resume']);
    t.is(resumed.exitCode, 0, resumed.stderr);
    t.regex(resumed.stdout, /^50 of 50 samples finished in /m);
  });
}

test.serial('a folder that can only be read is named', async (t) => {
  const folder = startFolder(t, { [file]: grid });
  const refused = await ropewalk(folder, run, failingWrites('mkdirSync', 0, 'EROFS'));
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /^out\/grid can't be written: EROFS: planted \[folder-not-writable\]$/m);
});

test.serial(
  'two runs into one folder: the second is told of the first, and spoils nothing',
  async (t) => {
    const folder = startFolder(t, { [file]: grid.replace('repeat: 1', 'repeat: 400') });
    const first = execa(process.execPath, [bin, ...run], { cwd: folder, reject: false });
    const began = new Promise((resolve) => first.stderr.once('data', resolve));
    await began;
    const second = await ropewalk(folder, run);
    first.kill('SIGTERM');
    t.is((await first).exitCode, 143);
    t.is(second.exitCode, 2);
    t.regex(
      second.stderr,
      new RegExp(
        `^out/grid is being written by process ${first.pid} on .* \\[folder-in-use\\]`,
        'm',
      ),
    );
    const result = JSON.parse(
      readFolder(join(folder, 'out'))
        .get('grid/result.json')!
        .replace(/,\s*\}\s*$/, '}'),
    );
    t.true(result.samples.length > 0);
  },
);

test.serial('the lock of a run that was killed is taken over', async (t) => {
  const folder = startFolder(t, { [file]: grid });
  const kill =
    "process.nextTick(() => {}); import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.renameSync = () => process.kill(process.pid, 'SIGKILL'); syncBuiltinESMExports();";
  t.is((await ropewalk(folder, run, kill)).signal, 'SIGKILL');
  t.true(existsSync(join(folder, 'out/grid/.ropewalk-lock')));
  t.is((await ropewalk(folder, run)).exitCode, 0);
  t.deepEqual(
    readdirSync(join(folder, 'out/grid')).filter((name) => name.includes('lock')),
    [],
  );
});

test.serial("a stranger's folder is left alone, and gets no lock", async (t) => {
  const folder = startFolder(t, { [file]: grid, 'out/grid/thesis.txt': 'mine' });
  t.is((await ropewalk(folder, run)).exitCode, 2);
  t.deepEqual(readdirSync(join(folder, 'out/grid')), ['thesis.txt']);
  mkdirSync(join(folder, 'empty/grid'), { recursive: true });
  t.is((await ropewalk(folder, ['run', file, '--out', 'empty'])).exitCode, 0);
});

test.serial('a budget that is over leaves rows undecided, and says why', async (t) => {
  const folder = startFolder(t, { [file]: grid.replace('repeat: 1', 'repeat: 4000') });
  const cut = await ropewalk(folder, [...run, '--budget', '400ms']);
  t.is(cut.exitCode, 3, cut.stderr);
  t.regex(cut.stdout, /inconclusive/);
  const result = readFolder(join(folder, 'out')).get('grid/result.json')!;
  t.regex(result, /\d+ samples no longer fit into the budget of 400 ms"/);
  const wrong = await ropewalk(folder, [...run, '--budget', '10']);
  t.is(wrong.exitCode, 2);
  t.regex(wrong.stderr, /Write a time above 0, such as 10min or 90s\./);
});
