import test from 'ava';
import { countTests } from './counts.ts';

for (const [title, log, isWell, counts] of [
  ['all that passed, of each run', '6 tests passed\n1 test passed\n', true, [7, 0]],
  ['those that failed', '3 tests failed\n6 tests passed\n', false, [6, 3]],
  ['those that were pending', '1 test remained pending after a timeout\n', false, [0, 1]],
  ['what was thrown', '2 tests passed\n1 uncaught exception\n', false, [2, 1]],
  ['a failure that says no number', '2 tests passed\nerror: no rule\n', false, [2, 1]],
  ['what is pending in a file is told again', '2 tests were pending in a.ts\n', false, [0, 1]],
] as const) {
  test(`it counts ${title}`, (t) => {
    const { passed, failed } = countTests(log, isWell);
    t.deepEqual([passed, failed], [...counts]);
  });
}
