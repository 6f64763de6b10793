/** The same drawings, where no kernel has an address. */
import type { Plan, PlannedNode } from '../../plan/plan.ts';
import type { Lab } from '../lab.ts';

export function withOwnStacks(lab: Lab): Lab {
  return {
    ...lab,
    lacks: (plan) => lab.lacks(ownPlan(plan)),
    up: (plan, options) => lab.up(ownPlan(plan), options),
  };
}

function ownPlan(plan: Plan): Plan {
  return { ...plan, nodes: plan.nodes.map(ownNode) };
}

function ownNode(node: PlannedNode): PlannedNode {
  const interfaces = node.interfaces.map((one) => ({ ...one, stack: 'own' as const }));
  return node.kind === 'nat' || node.kind === 'switch' ? node : { ...node, interfaces };
}
