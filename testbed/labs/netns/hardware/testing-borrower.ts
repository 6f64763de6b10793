/** Borrows the interface that it is given, until it is killed: `testing-borrower.ts INTERFACE`. */
import process from 'node:process';
import { raiseNetnsLab } from '../netns-lab.ts';
import { foreignPlan } from './testing-foreign.ts';

const options = { onRecord: () => {}, capture: undefined };
await using live = await raiseNetnsLab(foreignPlan(process.argv[2]!), options);
process.stdout.write('ready\n');
await live.drive(Number.POSITIVE_INFINITY, new AbortController().signal);
