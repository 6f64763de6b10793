import { builtInPrograms } from '../../../src/programs/catalog.ts';
import { withOwnStacks } from '../ground/testing-own-plan.ts';
import { labConformance } from '../lab.conformance.ts';
import { createDockerLab } from './docker-lab.ts';
import { engineOrReason, leftoversOn, nextContainerRunId } from './testing-engine.ts';

const engine = await engineOrReason();
if (engine !== undefined) {
  const programs = Object.keys(builtInPrograms);
  labConformance({
    name: 'docker, stacks of our own',
    createLab: () =>
      withOwnStacks(createDockerLab({ programs, engine, nextRunId: nextContainerRunId })),
    leftovers: leftoversOn(engine),
  });
}
