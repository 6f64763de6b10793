/**
 * Raises a lab on a Mininet machine and takes it down, again and again, until it is killed; for the test
 * of what is left then. `testing-orchestrator.ts SSH-CONFIG`
 */
import process from 'node:process';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, node, scenario, traffic } from '../../plan/testing-topology.ts';
import { createMininetLab } from './mininet-lab.ts';

const nodes = [node('phone', 'terminal'), node('server', 'host'), node('other', 'host')];
const links = [
  link('wire', ['phone', 'server'], { rateBps: 1e6 }),
  { ...link('cable', ['server', 'other'], { delayNs: 1e6 }), engine: 'kernel' as const },
];
const parts = { traffic: [traffic('feed', 'server', 'phone')] };
const plan = planScenario(scenario({ nodes, links }, parts));
const target = { login: 'mininet', configPath: process.argv[2]! };
const lab = await createMininetLab(target, []);
process.stdout.write('ready\n');
for (;;) {
  await using live = await lab.up(plan, { onRecord: () => {}, capture: undefined });
  for (const program of plan.programs) live.start(program);
  live.at(live.nowNs() + 2e8, () => live.halt());
  await live.drive(Number.POSITIVE_INFINITY, new AbortController().signal);
  await live.settle();
}
