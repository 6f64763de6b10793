import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { drawBelow, seedRandom } from '../../../src/base/random.ts';
import { quoteCommand } from '../../../src/base/shell-words.ts';
import { collectThere } from './collect-there.ts';
import { declareHostLack, hostLackHere } from './host/testing-host.ts';
import { isAskedFor, TestingMininet } from './testing-mininet.ts';

/** Of a long proof: ROPEWALK_KILLS=20. */
const kills = Number(process.env['ROPEWALK_KILLS'] ?? 2);
const random = seedRandom(Number(process.env['ROPEWALK_KILL_SEED'] ?? 1), 'mininet kills');
/** About so long it takes to raise and to take down. */
const longestMs = 8_000;

const title = `an orchestrator is killed ${kills} times, and gc leaves the Mininet machine as it was`;
const lack = hostLackHere();
if (lack !== undefined) declareHostLack(lack);
else if (!isAskedFor()) declareHostLack('takes minutes: ROPEWALK_REQUIRE_LABS=mininet');
else test(title, check);

/** Two hosts and a cable, which are none of ours. */
const foreignMininet = `from mininet.net import Mininet
import time
net = Mininet(controller=None, build=False)
a, b = net.addHost("guest1"), net.addHost("guest2")
net.addLink(a, b)
print("stands", flush=True)
time.sleep(86399)
`;

const agentPattern = '[m]ininet-driver/agent/main';

/** What others can see of a run: namespaces, devices, mounts, files, processes. The bundle stays for the next one. */
const stateOfMachine = [
  'ls /run/netns 2>/dev/null; ls /run/ropewalk 2>/dev/null',
  'ip -br link | grep -v vec0; grep -v " /run/netns" /proc/mounts',
  'find /tmp /var/tmp /run -xdev -type f; ls /root/.cache/ropewalk/mininet | grep part',
  'ps -eo args | grep -vE "^(\\[|ps |sshd|bash -c|sh -c|grep|sort|find)" | sort',
].join('; ');

async function check(t: ExecutionContext): Promise<void> {
  t.timeout(kills * 120_000 + 120_000);
  await using mininet = await TestingMininet.raise([]);
  // Its agent would be in the picture, and so would the folder that comes with the first run.
  await mininet.lab[Symbol.asyncDispose]();
  startForeign(mininet);
  const before = quietState(mininet);
  let left = 0;
  for (let time = 0; time < kills; time++) {
    await killOnce(mininet, time % 2 === 0);
    quiet(mininet);
    const runs = await collectThere(mininet.target);
    if (runs.length > 0) left += 1;
    t.is(quietState(mininet), before);
    t.regex(mininet.ask('ps -eo args'), /mininet:guest1[\s\S]*mininet:guest2/);
  }
  t.log(`${kills} kills, ${left} of them left something behind for gc`);
}

function startForeign(mininet: TestingMininet): void {
  const start = 'nohup /usr/bin/python3 -B /tmp/guests.py >/tmp/guests.txt 2>&1 &';
  const wait = 'until grep -q stands /tmp/guests.txt; do sleep 0.2; done';
  mininet.ask(`cat >/tmp/guests.py <<'END'\n${foreignMininet}END\n${start}\n${wait}`);
}

/** Half of the times our agent there is killed as well, in the middle of taking down what stands. */
async function killOnce(mininet: TestingMininet, withAgent: boolean): Promise<void> {
  const script = join(import.meta.dirname, 'testing-orchestrator.ts');
  const words = ['--no-warnings', script, mininet.target.configPath!];
  const orchestrator = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(orchestrator.stdout, 'data');
  await setTimeout(drawBelow(random, longestMs));
  orchestrator.kill('SIGKILL');
  const [code, signal] = await once(orchestrator, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the orchestrator ended by itself with ${code}`);
  if (withAgent) {
    const pids = `ps -eo pid,args | grep "${agentPattern}" | sed "s/^ *//; s/ .*//"`;
    mininet.ask(`kill -9 $(${pids}) 2>/dev/null || true`);
  }
}

/** Resolves when all of these are gone; they may be gone already. */
const waitForAll = `import os, select, sys
for pid in map(int, sys.argv[1:]):
    try:
        select.select([os.pidfd_open(pid)], [], [], 60)
    except ProcessLookupError:
        pass`;

/** An agent that nobody hears takes all down and ends; a hub ends when it has nobody to serve. */
function quiet(mininet: TestingMininet): void {
  const ours = `ps -eo pid,args | grep -E "${agentPattern}|[h]ub/main|[n]etwork\\.py" || true`;
  for (let tries = 0; mininet.ask(ours) !== ''; tries++) {
    if (tries === 3) throw new Error(`they go on without us:\n${mininet.ask(ours)}`);
    const pids = mininet
      .ask(ours)
      .split('\n')
      .flatMap((line) => /^ *(\d+)/.exec(line)?.[1] ?? []);
    mininet.ask(quoteCommand(['/usr/bin/python3', '-c', waitForAll, ...pids]));
  }
}

function quietState(mininet: TestingMininet): string {
  quiet(mininet);
  return mininet.ask(stateOfMachine);
}
