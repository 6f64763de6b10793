/** The examples as they stand, on this machine's kernel: programs that know nothing of Ropewalk. */
import { join } from 'node:path';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { judgeExample, verdictsOf } from './testing-examples.ts';

for (const file of ['download.yaml', 'iperf3.yaml']) {
  test(`${file} passes`, async (t) => {
    t.timeout(240_000);
    const run = await judgeExample(t, join(import.meta.dirname, 'bring-your-own', file));
    if (run === undefined) return;
    t.true(run.result.rows.length > 0);
    const broken = verdictsOf(run).filter((verdict) => !verdict.endsWith(': pass'));
    t.deepEqual(broken, [], run.all);
  });
}
