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
  t.is(run.stdout, '3 tests passed\nfalse: exit code 1\n3 passed, 1 failed');
  t.is(run.exitCode, 1);
});

test('what a command said last is said again at the end, whatever the others say after it', async (t) => {
  const run = await runCi(['60', 'sh', '-c', 'echo no rule; exit 2', '::', 'seq', '1000']);
  t.regex(run.stdout, /\n1000\nsh -c [^\n]*: exit code 2\n {2}no rule\n0 passed, 1 failed$/);
});

test('the end of a long log names each failed test, and why it failed', async (t) => {
  const labs = [node, `${here}/lab-files.ts`, `${here}/testing-planted-failure.ts`];
  const { stdout } = await runCi(['600', ...labs, '::', 'seq', '1000']);
  const end = stdout.split('\n').slice(-40).join('\n');
  t.regex(end, /\n1000\n.*: exit code 1\nplanted: /);
  t.regex(end, /\nplanted: this one fails\n.*never said listening/s);
  t.regex(end, /\nplanted: this one is unequal\n.*\+ {3}seen: 2/s);
  t.regex(end, /\n0 passed, 2 failed$/);
  t.regex(stdout, /failure.ts: planted: this one fails\n.*\n1 lab files, 1 with failures/s);
});

const labs = (names: readonly string[]) => [
  ...[node, `${here}/lab-files.ts`],
  ...names.map((name) => `${here}/testing-planted-${name}.ts`),
];

test('what fails beside others is asked again alone, counted once, and named as unsteady', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const env = { ROPEWALK_PLANTED: join(folder, 'asked') };
  const { stdout, exitCode } = await runCi(['600', ...labs(['unsteady', 'passing'])], env);
  t.is(exitCode, 0, stdout);
  t.regex(stdout, /unsteady.ts: asked again alone, for beside others it said\n.*fails once/);
  t.regex(stdout, /\nunsteady: .*-unsteady.ts failed beside others and passed alone\n/);
  t.regex(stdout, /\n2 lab files, 0 with failures: none\n2 passed, 0 failed$/);
});

test('what fails alone too is broken', async (t) => {
  const { stdout, exitCode } = await runCi(['600', ...labs(['failure', 'passing'])]);
  t.is(exitCode, 1, stdout);
  t.regex(stdout, /failure.ts: asked again alone/);
  t.regex(stdout, /\n1 passed, 2 failed$/);
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

test('a file that hangs ends by itself, also where another asked for an hour', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const files = ['hang', 'hour'].map((name) => `${here}/testing-planted-${name}.ts`);
  const env = { ROPEWALK_PLANTED: join(folder, 'waits'), ROPEWALK_WORKER_LIMIT_S: '8' };
  const argv = ['node_modules/.bin/ava', '--timeout=4s', ...files];
  const { stdout, exitCode } = await runCi(['600', node, ...argv], env);
  t.is(exitCode, 1, stdout);
  t.regex(stdout, /testing-planted-hang.ts\n.*this test file was not done within 8 s/s);
  t.regex(stdout, /\n1 passed, 1 failed$/);
});
