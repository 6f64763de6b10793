/** Raises a lab of containers and takes it down, again and again, until it is killed. */
import process from 'node:process';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, node, scenario, traffic } from '../../plan/testing-topology.ts';
import { createDockerLabHere } from './docker-lab.ts';

const ends = [node('phone', 'terminal'), node('server', 'host')];
const wire = link('wire', ['phone', 'server'], { rateBps: 1e7 });
const feed = traffic('feed', 'server', 'phone');
const plan = planScenario(scenario({ nodes: ends, links: [wire] }, { traffic: [feed] }));
const lab = await createDockerLabHere(plan.programs.map(({ run }) => String(run)));

async function raiseOnce(): Promise<void> {
  await using live = await lab.up(plan, { onRecord: () => {}, capture: undefined });
  for (const program of plan.programs) live.start(program);
  live.at(live.nowNs() + 2e8, () => live.halt());
  await live.drive(Number.POSITIVE_INFINITY, new AbortController().signal);
  await live.settle();
}

process.stdout.write('ready\n');
for (;;) await raiseOnce();
