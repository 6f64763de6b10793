import { declareLack, lackHere } from '../../../src/linux/testing-lab.ts';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import { leftovers, nextRunId } from '../ground/testing-leftovers.ts';
import { withOwnStacks } from '../ground/testing-own-plan.ts';
import { labConformance } from '../lab.conformance.ts';
import { createNetnsLab } from './netns-lab.ts';

const lack = lackHere();
if (lack !== undefined) declareLack(lack);
else {
  labConformance({
    name: 'netns, stacks of our own',
    createLab: () => withOwnStacks(createNetnsLab(Object.keys(builtInPrograms), nextRunId)),
    leftovers,
  });
}
