import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type BoundedCommand, runBounded } from './bounded-command.ts';

const patientMs = 60_000;

async function run(t: ExecutionContext, script: string, parts: Partial<BoundedCommand> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'out');
  const outFd = openSync(path, 'w');
  const times = { limitMs: patientMs, graceMs: patientMs };
  const end = await runBounded({ argv: ['sh', '-c', script], outFd, ...times, ...parts });
  closeSync(outFd);
  return { ...end, said: readFileSync(path, 'utf8') };
}

const commandsOf = ({ leftBehind }: Awaited<ReturnType<typeof run>>) =>
  leftBehind.map(({ command }) => command).toSorted();

test('a command that ends is as it ended, and all that it said is there', async (t) => {
  const end = await run(t, 'echo out; echo err >&2; exit 3');
  t.deepEqual(end, { exitCode: 3, isCutOff: false, leftBehind: [], said: 'out\nerr\n' });
});

test('a child that holds the output is not waited for, and ended', async (t) => {
  const end = await run(t, 'sleep 86397 & setsid sleep 86396 & exit 0');
  t.is(end.exitCode, 0);
  t.false(end.isCutOff);
  t.deepEqual(commandsOf(end), ['sleep 86396', 'sleep 86397']);
});

test('what takes longer than its limit is asked to end, and says why', async (t) => {
  const script = 'trap "echo pending; exit 1" INT; while :; do sleep 0.1; done';
  const end = await run(t, script, { limitMs: 500 });
  t.like(end, { exitCode: undefined, isCutOff: true, said: 'pending\n' });
  t.deepEqual(commandsOf(end), []);
});

test('what does not end when asked is killed', async (t) => {
  const end = await run(t, 'trap "" INT; sleep 86395', { limitMs: 500, graceMs: 500 });
  t.true(end.isCutOff);
  t.true(commandsOf(end).includes('sleep 86395'));
});

test('who starts it may end it before its limit', async (t) => {
  const end = await run(t, 'sleep 86394', { signal: AbortSignal.abort() });
  t.true(end.isCutOff);
});

test('a command that is not there has no exit code', async (t) => {
  t.is((await run(t, '', { argv: ['/no/such/command'] })).exitCode, undefined);
});
