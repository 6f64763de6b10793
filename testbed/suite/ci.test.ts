import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test from 'ava';
import { execa } from 'execa';

const here = 'testbed/suite';
const node = process.execPath;
const runCi = (words: readonly string[], env = {}) =>
  execa(node, [`${here}/ci.ts`, ...words], { reject: false, env, buffer: true });

test('it runs one command after the other, shows what they say and counts', async (t) => {
  const run = await runCi(['60', 'echo', '2 tests passed', '::', 'echo', '3 tests passed']);
  t.is(run.stdout, '2 tests passed\n3 tests passed\n5 passed, 0 failed');
  t.is(run.exitCode, 0);
});

test('a command that fails is a failure, and the next is run all the same', async (t) => {
  const run = await runCi(['60', 'false', '::', 'echo', '3 tests passed']);
  t.is(run.stdout, '3 tests passed\n3 passed, 1 failed');
  t.is(run.exitCode, 1);
});

test('when the time is over it says what it did not do', async (t) => {
  const run = await runCi(['1', 'sleep', '86390', '::', 'echo', '3 tests passed']);
  t.is(
    run.stdout,
    'sleep 86390: cut off, all of it has 1 s\necho 3 tests passed: not run, all of it has 1 s\n0 passed, 1 failed',
  );
  t.is(run.exitCode, 1);
});

/** Both of them: what planted tests do that hang, and what the file beside them said. */
test('a test that hangs is named, and one that leaves a child behind holds nobody up', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const planted = ['hang', 'child'].map((name) => `${here}/testing-planted-${name}.ts`);
  const waits = join(folder, 'waits');
  const run = runCi(['600', node, `${here}/lab-files.ts`, ...planted], { ROPEWALK_PLANTED: waits });
  const watcher = watch(folder);
  t.teardown(() => watcher.close());
  const reached = Promise.withResolvers<void>();
  let said = '';
  const look = () => {
    if (existsSync(waits) && said.includes('1 test passed')) reached.resolve();
  };
  watcher.on('change', look);
  run.stdout.on('data', (bytes) => {
    said += bytes;
    look();
  });
  await Promise.race([reached.promise, run]);
  run.kill('SIGTERM');
  const { stdout, exitCode } = await run;
  t.is(exitCode, 1, stdout);
  t.regex(stdout, /planted: this one waits for ever/);
  t.regex(stdout, /left behind, and ended: \d+ sleep 86399/);
  t.regex(stdout, /\n1 passed, 1 failed$/);
});
