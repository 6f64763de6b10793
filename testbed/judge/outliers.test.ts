import test from 'ava';
import type { SampleResult } from '../schema/result.ts';
import { markOutliers } from './outliers.ts';
import { time } from './testing-samples.ts';

function samplesOf(values: readonly number[], variant = 'default'): SampleResult[] {
  return values.map((ms, at) => ({
    ...{ case: 'default', variant, sample: at + 1, seed: 1, invalidBefore: 0, records: '' },
    outcome: { kind: 'finished' },
    metrics: { gap: time(ms) },
  }));
}

function marked(samples: readonly SampleResult[]): number[] {
  return markOutliers(samples).flatMap(({ sample, metrics }) => {
    const { gap } = metrics;
    return gap?.kind === 'value' && gap.outlier ? [sample] : [];
  });
}

test('beyond ten usual distances from the median a figure is marked, and kept', (t) => {
  // The median is 12, the distances are 2 1 0 1 2 and that of the last: their median is 1.5 at most.
  t.deepEqual(marked(samplesOf([10, 11, 12, 13, 14, 12, 23])), [7]);
  t.deepEqual(marked(samplesOf([10, 11, 12, 13, 14, 12, 22])), []);
  t.is(markOutliers(samplesOf([10, 11, 12, 13, 14, 12, 23])).length, 7);
});

test('each variant has figures of its own', (t) => {
  const slow = samplesOf([100, 101, 102, 103, 104], 'kernel');
  t.deepEqual(marked([...samplesOf([10, 11, 12, 13, 14]), ...slow]), []);
});

test('where most figures are the same, or are few, none is marked', (t) => {
  t.deepEqual(marked(samplesOf([0, 0, 0, 0, 0, 0, 300])), []);
  t.deepEqual(marked(samplesOf([1, 2, 3, 300])), []);
});
