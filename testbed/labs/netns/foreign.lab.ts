import { serialLabTest } from '../../../src/linux/testing-lab.ts';
import { foreignConformance } from '../foreign.conformance.ts';

foreignConformance('netns', serialLabTest);
