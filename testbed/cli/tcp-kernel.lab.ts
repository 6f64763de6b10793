/** One cell of `scenarios/cells/tcp-kernel.yaml`, each of its flows once: all of it is part of `make prove`. */
import { join } from 'node:path';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import type { Result, SampleResult } from '../schema/result.ts';
import { bin, ropewalk, startFolder } from './testing-runs.ts';

const cell =
  'links.wire.rate=100Mbit/s,links.wire.delay=5ms,links.wire.toward.phone.loss=0%' as const;

function goodputBps({ metrics }: SampleResult): number {
  const goodput = metrics['goodput'];
  return goodput?.kind === 'value' ? goodput.value : 0;
}

/** Without loss both fill the pipe, run by run: one run of each tells them apart. */
test('a long flow of ours through the hub has nine tenths of what the kernel’s has at 100 Mbit/s', async (t) => {
  t.timeout(150_000);
  const folder = startFolder(t, {});
  const file = join(bin, '../../../scenarios/cells/tcp-kernel.yaml');
  const words = ['--lab', 'netns', '--case', cell, '--repeat', '1', '--json'];
  const { stdout } = await ropewalk(folder, ['run', file, ...words]);
  const { samples } = JSON.parse(stdout) as Result;
  const bps = new Map(samples.map((sample) => [sample.variant, goodputBps(sample)]));
  t.log([...bps].map(([name, one]) => `${name} ${(one / 1e6).toFixed(1)} Mbit/s`).join(', '));
  for (const [ours, theirs] of [
    ['ours-cubic', 'kernel-cubic'],
    ['ours-by-rate', 'kernel-bbr'],
  ] as const) {
    t.true(bps.get(theirs)! > 0, theirs);
    t.true(bps.get(ours)! >= 0.9 * bps.get(theirs)!, `${ours} beside ${theirs}`);
  }
});
