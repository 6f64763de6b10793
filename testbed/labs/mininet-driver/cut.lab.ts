/** The connection to a Mininet machine is cut while a lab stands there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { type ExecutionContext } from 'ava';
import { RopewalkError } from '../../../src/base/errors.ts';
import { quoteCommand } from '../../../src/base/shell-words.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, node, scenario } from '../../plan/testing-topology.ts';
import type { LiveLab } from '../lab.ts';
import { declareHostLack, hostLackHere } from './host/testing-host.ts';
import { createMininetLab } from './mininet-lab.ts';
import { isAskedFor, TestingMininet } from './testing-mininet.ts';

const lack = hostLackHere();
if (lack !== undefined) declareHostLack(lack);
else if (!isAskedFor()) declareHostLack('takes minutes: ROPEWALK_REQUIRE_LABS=mininet');
else {
  const mininet = await TestingMininet.raise();
  test.after.always(() => mininet[Symbol.asyncDispose]());
  test.serial(
    'a connection that falls silent is told as lost, and what stood there goes by itself',
    (t) => goesByItself(t, mininet),
  );
  test.serial('what nobody is left to take down there, gc takes away', (t) => gcTakes(t, mininet));
}

interface Cut {
  readonly live: LiveLab;
  /** To the process by which the connection goes. */
  signal(name: 'SIGSTOP' | 'SIGKILL'): void;
}

async function raise(t: ExecutionContext, mininet: TestingMininet): Promise<Cut> {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-cut-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const config = readFileSync(mininet.target.configPath!, 'utf8');
  const [, way] = /ProxyCommand (.*)/.exec(config)!;
  const noted = join(folder, 'pid');
  const proxyCommand = quoteCommand(['sh', '-c', `echo $$ >${noted}; exec ${way}`]);
  const lab = await createMininetLab({ ...mininet.target, proxyCommand }, []);
  const pid = Number(readFileSync(noted, 'utf8'));
  t.teardown(() => end(pid));
  const nodes = [node('phone', 'terminal'), node('server', 'host')];
  const wires = [
    link('wire', ['phone', 'server']),
    { ...link('cable', ['phone', 'server'], { delayNs: 1e6 }), engine: 'kernel' as const },
  ];
  const plan = planScenario(scenario({ nodes, links: wires }, {}));
  const live = await lab.up(plan, { onRecord: () => {}, capture: undefined });
  return { live, signal: (name) => void process.kill(pid, name) };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}

/** What is asked of a lab whose connection is gone. */
async function lossOf(live: LiveLab): Promise<RopewalkError> {
  try {
    await live.drive(Number.POSITIVE_INFINITY, new AbortController().signal);
  } catch (error) {
    if (error instanceof RopewalkError) return error;
    throw error;
  }
  throw new Error('it was not lost');
}

const agent = "ps -eo pid,args | grep '[m]ininet-driver/agent/main' | awk '{print $1}'";

/** Ends with the process, however; it may have ended already. */
const awaitEnd = `import os, select, sys
for pid in map(int, sys.argv[1:]):
    try:
        select.select([os.pidfd_open(pid)], [], [], 120)
    except ProcessLookupError:
        pass`;

async function goesByItself(t: ExecutionContext, mininet: TestingMininet): Promise<void> {
  t.timeout(300_000);
  const before = mininet.leftovers();
  const { live, signal } = await raise(t, mininet);
  t.true(mininet.leftovers().length > before.length, 'it stands there');
  const [pids] = [mininet.ask(agent).trim().split('\n')];
  signal('SIGSTOP');
  const error = await lossOf(live);
  t.is(error.code, 'mininet-lost');
  t.regex(error.message, /nothing was heard for 60 s/);
  t.regex(error.hint ?? '', /ropewalk gc --mininet root@203\.0\.113\.2/);
  mininet.ask(quoteCommand(['/usr/bin/python3', '-c', awaitEnd, ...pids]));
  t.deepEqual(mininet.leftovers(), before);
}

async function gcTakes(t: ExecutionContext, mininet: TestingMininet): Promise<void> {
  t.timeout(300_000);
  const before = mininet.leftovers();
  const { live, signal } = await raise(t, mininet);
  mininet.ask(`kill -9 $(${agent})`);
  signal('SIGKILL');
  const error = await lossOf(live);
  t.true(['mininet-lost', 'mininet-agent-ended'].includes(error.code), error.code);
  t.true(mininet.leftovers().length > before.length, 'nobody is left to take it down');
  const bin = join(import.meta.dirname, '../../cli/ropewalk.js');
  const words = ['gc', '--mininet', 'mininet', '--mininet-config', mininet.target.configPath!];
  t.log(execFileSync(process.execPath, [bin, ...words], { encoding: 'utf8' }));
  t.deepEqual(mininet.leftovers(), before);
}
