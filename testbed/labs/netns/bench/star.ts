/** A star of terminals in the netns lab, up and down: prints both times. `star.ts ENGINE COUNT MIDDLE` */
import process from 'node:process';
import type { Plan } from '../../../plan/plan.ts';
import { planScenario } from '../../../plan/plan-scenario.ts';
import { link, ms, node, scenario } from '../../../plan/testing-topology.ts';
import type { Engine, NodeKind } from '../../../schema/model.ts';
import { raiseNetnsLab } from '../netns-lab.ts';

const [engine, count, middle] = [
  process.argv[2] as Engine,
  Number(process.argv[3]),
  process.argv[4] as NodeKind,
];
const shaping = { model: { rateBps: 10e6, delayNs: ms(5) }, kernel: { rateBps: 10e6 }, direct: {} };

function planStar(): Plan {
  const names = Array.from({ length: count }, (_, index) => `phone[${index}]`);
  const links = names.map((name, index) => ({
    ...link(`air[${index}]`, [name, 'middle'], shaping[engine]),
    engine,
  }));
  const nodes = [node('middle', middle), ...names.map((name) => node(name, 'terminal'))];
  return planScenario(scenario({ nodes, links }));
}

const plan = planStar();
const begun = performance.now();
const lab = await raiseNetnsLab(plan, {
  onRecord: () => {},
  capture: undefined,
  outputFolder: undefined,
  scenarioFolder: process.cwd(),
});
const up = performance.now();
await lab[Symbol.asyncDispose]();
const down = performance.now();
process.stdout.write(`${JSON.stringify({ upMs: up - begun, downMs: down - up })}\n`);
