/** `phone ── wire ── box`, of which the box is a machine behind an interface of ours. */
import type { Plan } from '../../../plan/plan.ts';
import { planScenario } from '../../../plan/plan-scenario.ts';
import { link, ms, node, scenario } from '../../../plan/testing-topology.ts';

export function foreignPlan(hardware: string): Plan {
  const nodes = [node('phone', 'terminal'), node('box', 'hardware', { hardware })];
  const links = [link('wire', ['phone', 'box'], { delayNs: ms(10), mtuBytes: 1_400 })];
  return planScenario(scenario({ nodes, links }, {}));
}
