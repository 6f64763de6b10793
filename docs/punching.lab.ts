/** What the page on punching says of real sockets, in slices: the whole is `make prove`'s. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { serialLabTest as test } from '../src/linux/testing-lab.ts';
import { isStarved, runExample } from './examples/testing-examples.ts';

const scenarios = join(import.meta.dirname, '../scenarios');

function passes(name: string, flags: readonly string[]) {
  return async (t: ExecutionContext): Promise<void> => {
    t.timeout(240_000);
    const run = await runExample(t, join(scenarios, `${name}.yaml`), flags);
    if (run.exitCode !== 0 && isStarved(t, run)) return;
    t.is(run.exitCode, 0, run.all);
  };
}

test(
  'twelve pairs of boxes, of the model and of the kernel, are punched time and again',
  passes('punch-cells', ['--case', 'slice']),
);

test(
  'iperf3 over TCP gets 300 Mbit/s through two peers and boxes of the kernel, 150 through the hub',
  passes('punch-speed', ['--repeat', '1']),
);

test('a side adds 0.15 ms to a packet on its way', passes('punch-latency', ['--repeat', '3']));
