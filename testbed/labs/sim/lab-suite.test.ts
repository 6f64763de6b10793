import { labConformance } from '../lab.conformance.ts';
import { killedTitle } from '../life.conformance.ts';
import { createSimLab } from './sim-lab.ts';

labConformance({
  name: 'sim',
  createLab: createSimLab,
  // All of it is objects of this process.
  leftovers: () => [],
  skip: { [killedTitle]: 'programs are objects of this process, which nobody can kill' },
});
