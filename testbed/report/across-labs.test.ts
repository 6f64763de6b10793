import test from 'ava';
import type { Metric } from '../schema/result.ts';
import { formatAcrossLabs } from './across-labs.ts';
import { resultOf, rowOf, sampleOf } from './testing-result.ts';

const labs = ['sim', 'netns', 'docker'];
const time = (value: number): Metric => ({ kind: 'value', value, dimension: 'time' });

function ran(lab: string, ...gapsMs: readonly number[]) {
  const samples = gapsMs.map((gap, at) =>
    sampleOf({ sample: at + 1, metrics: { gap: time(gap * 1e6), 'feed.lost': time(gap) } }),
  );
  return resultOf({ lab, samples });
}

function rowsOf(text: string, begin: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`| ${begin}`));
}

test('each figure stands beside virtual time, by the median of its samples', (t) => {
  const text = formatAcrossLabs([ran('sim', 100, 90, 110), ran('netns', 120, 99, 108)], labs);
  const [verdict, figure] = rowsOf(text, 'failover');
  t.is(verdict, '| failover | 1 pass | 1 pass | did not run |');
  t.is(figure, '| failover | the only one | gap | 100 ms | 108 ms, +8 % | – |');
  t.false(text.includes('feed.lost'), 'what each traffic has by itself is left out');
});

test('what a lab lacks is said in one line, however many rows want it', (t) => {
  const why = 'no sch_netem; sudo modprobe sch_netem';
  const lacking = rowOf({ verdict: 'unsupported', why });
  const rows = [lacking, { ...lacking, expectation: 'other' }];
  const text = formatAcrossLabs(
    [ran('sim', 1), resultOf({ lab: 'netns', rows, samples: [] })],
    labs,
  );
  t.true(text.includes('| failover | 1 pass | 2 unsupported | did not run |'));
  t.true(text.includes(`- failover in netns, unsupported: ${why} (2 rows)\n`));
});

test('figures that all labs saw alike are counted and not listed', (t) => {
  const text = formatAcrossLabs([ran('sim', 5), ran('docker', 5)], labs);
  t.deepEqual(rowsOf(text, 'failover | the only one'), []);
  t.true(text.endsWith('1 more figures are the same in every lab that ran them.\n'));
  t.true(
    formatAcrossLabs([ran('sim', 5)], labs).endsWith(
      '\n\n0 more figures are the same in every lab that ran them.\n',
    ),
  );
});

test('without a run in virtual time its twins stand for one, and a later result for an earlier one', (t) => {
  const twin = { metric: 'gap', case: 'default', variant: 'default', n: 1 } as const;
  const gap = { ...twin, dimension: 'time' as const, virtual: 50e6, real: 60e6 };
  const later = { ...ran('netns', 60), realityGap: [gap] };
  const text = formatAcrossLabs([ran('netns', 70), later], labs);
  t.is(
    rowsOf(text, 'failover | the')[0],
    '| failover | the only one | gap | 50 ms | 60 ms, +20 % | – |',
  );
});
