import { declareLack, lackHere } from '../../../src/linux/testing-lab.ts';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import type { Plan, PlannedNode } from '../../plan/plan.ts';
import { labConformance } from '../lab.conformance.ts';
import type { Lab } from '../lab.ts';
import { createNetnsLab } from './netns-lab.ts';
import { leftovers, nextRunId } from './testing-leftovers.ts';

/** The same drawings, where no kernel has an address. */
function withOwnStacks(lab: Lab): Lab {
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

const lack = lackHere();
if (lack !== undefined) declareLack(lack);
else {
  labConformance({
    name: 'netns, stacks of our own',
    createLab: () => withOwnStacks(createNetnsLab(Object.keys(builtInPrograms), nextRunId)),
    leftovers,
  });
}
