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

/** How much, and how soon, `make prove` judges, where nothing else runs. */
function carries(name: string, metric: string, flags: readonly string[]) {
  return async (t: ExecutionContext): Promise<void> => {
    t.timeout(240_000);
    const run = await runExample(t, join(scenarios, `${name}.yaml`), flags);
    if (isStarved(t, run)) return;
    for (const { outcome, metrics, ...of } of run.result.samples) {
      t.is(outcome.kind, 'finished', run.all);
      t.like(metrics[metric], { kind: 'value' }, `${of.case} ${of.variant}`);
      t.log(of.case, of.variant, metrics[metric]);
    }
  };
}

test(
  'twelve pairs of boxes, of the model and of the kernel, are punched time and again',
  passes('punch-cells', ['--case', 'slice']),
);

test(
  'iperf3 gets through two peers over bare boxes of the kernel, through the hub, and by the relay',
  carries('punch-speed', 'goodput', ['--repeat', '1']),
);

test(
  'pings go through two peers, and past them',
  carries('punch-latency', 'trip', ['--repeat', '1']),
);
