/**
 * Raises rigs and takes them down, again and again, with a process on every node, until it
 * is killed. For the test of what is left then.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { rigOf } from '../../plan/rig.ts';
import { link, node } from '../../plan/testing-topology.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { StandingRig } from './standing-rig.ts';
import { planOf } from './testing-rig.ts';

const phones = Array.from({ length: 12 }, (_, index) => `phone[${index}]`);
const plan = planOf(
  [node('middle', 'router'), ...phones.map((name) => node(name, 'terminal'))],
  phones.map((name, index) => link(`wire[${index}]`, [name, 'middle'])),
);

async function raiseOnce(): Promise<void> {
  const runId = newRunId();
  await using ledger = Ledger.open('netns', runId);
  await using standing = await StandingRig.raise(rigOf(plan, runId), ledger);
  await standing.configure();
  for (const { node: name } of standing.rig.nodes) {
    using namespace = NetworkNamespace.open(standing.namespacePathOf(name));
    await once(runInNamespace(namespace, sleeper), 'spawn');
  }
}

function sleeper(): ChildProcess {
  return spawn('sleep', ['86399.7'], { stdio: 'ignore', detached: true });
}

process.stdout.write('ready\n');
for (;;) await raiseOnce();
