import test from 'ava';
import type { SampleResult } from '../../../testbed/schema/result.ts';
import { pairsTable } from './pairs-table.ts';

const pair = 'nodes.left.nat=full-cone,nodes.right.nat=home-router';

function sample(variant: string, ms: number | undefined, kind = 'finished'): SampleResult {
  const metric = { kind: 'value', value: (ms ?? 0) * 1e6, dimension: 'time' };
  const metrics = ms === undefined ? {} : { [variant === 'ours' ? 'direct' : 'theirs']: metric };
  return { case: pair, variant, metrics, outcome: { kind } } as unknown as SampleResult;
}

const runsOf = (variant: string, times: (number | undefined)[]) =>
  times.map((ms) => sample(variant, ms));

test('a pair has the median, the range, and in how many runs there was a path', (t) => {
  const table = pairsTable([
    ...runsOf('ours', [95, 91, 99, 93, 97]),
    ...runsOf('ice', [160, undefined, 150, 170, undefined]),
    ...runsOf('dcutr', [undefined, undefined, undefined, undefined, undefined]),
  ]);
  const line = table.split('\n').at(-1);
  t.is(line, '| full-cone, home-router | 5 | 95 (91 to 99) | 160 (150 to 170), in 3 of 5 | none |');
});

test('a run that cannot be judged is told, and its time is not taken', (t) => {
  const table = pairsTable([
    ...[sample('ours', 90), sample('ours', 900, 'invalid')],
    ...runsOf('ice', [150, 150]),
    sample('dcutr', undefined, 'invalid'),
  ]);
  const line = table.split('\n').at(-1);
  t.is(
    line,
    '| full-cone, home-router | 1 | 90 (90 to 90); 1 invalid | 150 (150 to 150) | no run; 1 invalid |',
  );
});
