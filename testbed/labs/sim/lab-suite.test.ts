import { labConformance } from '../lab.conformance.ts';
import { createSimLab } from './sim-lab.ts';

labConformance({
  name: 'sim',
  createLab: createSimLab,
  // All of it is objects of this process.
  leftovers: () => [],
});
