/**
 * Raises and takes down, again and again, until it is killed; for the test of what is left then.
 * `testing-orchestrator.ts rig`: namespaces and cables, with a process on every node.
 * `testing-orchestrator.ts lab`: a whole lab, with its hub and the programs of a traffic.
 * `testing-orchestrator.ts box`: the same through a NAT box of the kernel, whose rules are nft's.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import type { Plan } from '../../plan/plan.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { rigOf } from '../../plan/rig.ts';
import { link, node, scenario, traffic } from '../../plan/testing-topology.ts';
import { bareNamespaces } from '../ground/raise-namespaces.ts';
import { StandingRig } from '../ground/standing-rig.ts';
import { planOf } from '../ground/testing-rig.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { raiseNetnsLab } from './netns-lab.ts';

const phones = Array.from({ length: 12 }, (_, index) => `phone[${index}]`);
const plan = planOf(
  [node('middle', 'router'), ...phones.map((name) => node(name, 'terminal'))],
  phones.map((name, index) => link(`wire[${index}]`, [name, 'middle'])),
);

async function raiseOnce(): Promise<void> {
  const runId = newRunId();
  await using ledger = Ledger.open('netns', runId);
  await using standing = await StandingRig.raise(rigOf(plan, runId), ledger, bareNamespaces);
  await standing.configure();
  for (const { node: name } of standing.rig.nodes) {
    using namespace = NetworkNamespace.open(standing.namespacePathOf(name));
    await once(runInNamespace(namespace, sleeper), 'spawn');
  }
}

function sleeper(): ChildProcess {
  return spawn('sleep', ['86399.7'], { stdio: 'ignore', detached: true });
}

const ends = [node('phone', 'terminal'), node('server', 'host')];
const wire = link('wire', ['phone', 'server'], { rateBps: 1e7 });
const labPlan = planScenario(
  scenario({ nodes: ends, links: [wire] }, { traffic: [traffic('feed', 'server', 'phone')] }),
);

/** Beside the wire of the hub, two cables lead through the box. */
const boxPlan = planScenario(
  scenario(
    {
      nodes: [...ends, node('box', 'nat', { inside: ['lan'] })],
      links: [
        wire,
        { ...link('lan', ['phone', 'box']), engine: 'direct' },
        { ...link('wan', ['box', 'server']), engine: 'direct' },
      ],
    },
    { traffic: [traffic('feed', 'phone', 'server', { via: 'lan' })] },
  ),
);

async function raiseLabOnce(toRaise: Plan): Promise<void> {
  const options = { onRecord: () => {}, capture: undefined };
  await using lab = await raiseNetnsLab(toRaise, options);
  for (const program of toRaise.programs) lab.start(program);
  lab.at(lab.nowNs() + 2e8, () => lab.halt());
  await lab.drive(Number.POSITIVE_INFINITY, new AbortController().signal);
  await lab.settle();
}

const raisers: Readonly<Record<string, () => Promise<void>>> = {
  rig: raiseOnce,
  lab: () => raiseLabOnce(labPlan),
  box: () => raiseLabOnce(boxPlan),
};
const raise = raisers[process.argv[2]!]!;
assert.ok(rigOf(boxPlan, 'any').nodes.some(({ nft }) => nft !== undefined));
process.stdout.write('ready\n');
for (;;) await raise();
