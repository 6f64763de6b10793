import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { Metric, Result } from '../schema/result.ts';
import { valuesTable } from './values-table.ts';

function sampleOf(variant: string, gapMs: number | undefined) {
  const metric: Metric =
    gapMs === undefined
      ? { kind: 'missing', reason: 'nothing came' }
      : { kind: 'value', value: gapMs * nsPerMs, dimension: 'time' };
  return { case: 'upload', variant, metrics: { gap: metric } };
}

const rows = [
  { case: 'upload', variant: 'ours', expectation: 'whole', shown: 'pass', brief: '' },
  { case: 'upload', variant: 'ours', expectation: 'short', shown: 'fail', brief: '9 ms | 4 ms' },
];

test('a line has median, p90 and the most of what was seen, and why a verdict is no pass', (t) => {
  const ours = [1, 2, 3, 4, 5, 6, 7, 8, 9, 30].map((gapMs) => sampleOf('ours', gapMs));
  const kernel = [sampleOf('kernel', undefined), sampleOf('kernel', 200)];
  const other = [sampleOf('other', undefined)];
  const result = { rows, samples: [...ours, ...kernel, ...other] } as unknown as Result;
  t.deepEqual(valuesTable(result, ['gap']), [
    '| case | variant | n | gap | verdicts |',
    '| --- | --- | --- | --- | --- |',
    '| upload | ours | 10 | 5 ms, 9 ms, 30 ms | 1 pass, fail: short (9 ms / 4 ms) |',
    '| upload | kernel | 2 | 200 ms, 200 ms, 200 ms; 1 without |  |',
    '| upload | other | 1 | none |  |',
  ]);
});
