import { existsSync } from 'node:fs';
import { release } from 'node:os';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { Ledger } from '../../ledger/ledger.ts';
import { pinPath } from '../../ledger/namespace-pins.ts';
import { processesWith } from '../../ledger/process-table.ts';
import { newRunId } from '../../ledger/run-id.ts';
import { MininetHost } from './mininet-host.ts';
import { declareHostLack, hostLackHere } from './testing-host.ts';

const lack = hostLackHere();
if (lack === undefined)
  test('a Mininet host takes logins, has another kernel with netem, and goes', check);
else declareHostLack(lack);

async function check(t: ExecutionContext): Promise<void> {
  const runId = newRunId();
  const ledger = Ledger.open('netns', runId);
  const host = await MininetHost.raise({ ledger });
  const words = [
    '-F',
    host.configPath,
    'mininet',
    'uname -r; tc qdisc add dev lo root netem delay 1ms && mn --version',
  ];
  const { stdout, stderr } = await execa('ssh', words);
  const [kernel, mininet] = `${stdout}\n${stderr}`.split('\n');
  t.not(kernel, release());
  t.regex(mininet!, /^2\./);
  await host[Symbol.asyncDispose]();
  await ledger[Symbol.asyncDispose]();
  t.false(existsSync(pinPath(`rw-${runId}-host`)));
  t.false(existsSync(ledger.folder));
  t.deepEqual(processesWith(`ROPEWALK_RUN=${runId}`), []);
}
