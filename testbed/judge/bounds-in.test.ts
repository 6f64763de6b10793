import test from 'ava';
import { evaluateFact } from '../plan/facts.ts';
import { boundsIn } from './bounds-in.ts';
import { parse, plan } from './testing-samples.ts';

function found(text: string): string[] {
  const scope = {
    variants: ['ours', 'kernel'],
    factOf: (call: Parameters<typeof evaluateFact>[1]) => evaluateFact(plan, call),
  };
  return boundsIn(parse(text), scope).map(({ variant, metric, operator, value }) =>
    [...(variant === undefined ? [] : [variant]), metric, operator, value].join(' '),
  );
}

const cases: readonly [string, readonly string[]][] = [
  ['gap <= 110 ms', ['gap <= 110000000']],
  ['110 ms >= gap', ['gap <= 110000000']],
  ['gap >= 1 ms and gap <= 2 ms + 1 ms', ['gap >= 1000000', 'gap <= 3000000']],
  ['download.lost == 0', ['download.lost == 0']],
  ['kernel.gap < 5 ms', ['kernel gap < 5000000']],
  // A bound that is measured differs from sample to sample, and a figure that is reckoned is no metric.
  ['gap <= 0.5 * kernel.gap', []],
  ['gap / kernel.gap <= 0.5', []],
  ['gap <= 1 ms or goodput >= 1 Mbit/s', []],
  ['never(gap)', []],
];

for (const [text, bounds] of cases) {
  test(text, (t) => {
    t.deepEqual(found(text), bounds);
  });
}
