import test from 'ava';
import type { Result } from '../schema/result.ts';
import { pairedLooks } from '../statistics/paired-comparison.ts';
import { compareFigures, listFigures, type SampleOfSides } from './compare-sides.ts';

const look = { ...pairedLooks[1] };

function resultOf(value: number, metric = 'gap'): Result {
  const sample = {
    case: 'default',
    variant: 'default',
    sample: 1,
    outcome: { kind: 'finished' },
    metrics: { [metric]: { kind: 'value', value, dimension: 'time' } },
  };
  return {
    scenario: 's',
    samples: [sample],
    metrics: { [metric]: { better: 'lower' } },
  } as unknown as Result;
}

function samplesOf(
  pairs: readonly (readonly [number, number])[],
  metric?: string,
): SampleOfSides[] {
  return pairs.map(([a, b]) => ({ a: resultOf(a, metric), b: resultOf(b, metric) }));
}

/** Some noise that is the same each time. */
const noisy = (middle: number): number[] =>
  Array.from({ length: 20 }, (_, at) => middle * (1 + (((at * 7) % 11) - 5) / 200));

const decide = (a: readonly number[], b: readonly number[]) =>
  compareFigures(listFigures(samplesOf(a.map((one, at) => [one, b[at]!]))), {
    look,
    marginRatio: 0.05,
  })[0]!.decision;

test('equal sides are the same', (t) => {
  t.is(decide(noisy(100), noisy(100)), 'same');
});

test('a fifth slower is worse, a fifth faster better', (t) => {
  t.is(decide(noisy(100), noisy(120)), 'worse');
  t.is(decide(noisy(120), noisy(100)), 'better');
});

test('what differs by less than the margin is the same', (t) => {
  t.is(decide(noisy(100), noisy(101)), 'same');
});

test('too few pairs decide nothing but that all are alike', (t) => {
  t.is(decide([100, 100, 101], [120, 119, 121]), 'undecided');
  t.is(decide([100, 101], [100, 101]), 'same');
});

test('counts that were 0 and are not are worse, and 0 and 0 are the same', (t) => {
  const none = noisy(1).map(() => 0);
  t.is(
    decide(
      none,
      none.map((_, at) => at + 1),
    ),
    'worse',
  );
  t.is(decide(none, none), 'same');
});

test('of a figure that is better no way it is said only that it differs', (t) => {
  const undirected = (value: number): Result => {
    const result = resultOf(value, 'count');
    const metrics = { count: { kind: 'value', value, dimension: 'plain' } } as const;
    return { ...result, metrics: {}, samples: [{ ...result.samples[0]!, metrics }] };
  };
  const decide = (b: readonly number[]) =>
    compareFigures(
      listFigures(noisy(100).map((one, at) => ({ a: undirected(one), b: undirected(b[at]!) }))),
      { look, marginRatio: 0.05 },
    )[0]!.decision;
  t.is(decide(noisy(120)), 'differs');
  t.is(decide(noisy(100)), 'same');
});

test('a side that fails is worse, though it has no figure', (t) => {
  const failed: Result = {
    ...resultOf(1),
    samples: [
      { ...resultOf(1).samples[0]!, outcome: { kind: 'failed', reason: 'x' }, metrics: {} },
    ],
  };
  const samples = noisy(100).map((one) => ({ a: resultOf(one), b: failed }));
  const [only, ...others] = compareFigures(listFigures(samples), { look, marginRatio: 0.05 });
  t.like(only, { metric: 'finished', decision: 'worse' });
  t.deepEqual(others, []);
  const sound = listFigures(samples.map(({ a }) => ({ a, b: a })));
  t.deepEqual(
    sound.map(({ metric }) => metric),
    ['gap'],
  );
});

test('properties of traffics are looked at only where nothing is measured', (t) => {
  t.is(listFigures(samplesOf([[1, 2]], 'feed.lost')).length, 1);
  const both = samplesOf([[1, 2]]).map(({ a, b }) => ({ a: mix(a), b: mix(b) }));
  t.deepEqual(
    listFigures(both).map(({ metric }) => metric),
    ['gap'],
  );
});

function mix(result: Result): Result {
  const other = resultOf(5, 'feed.lost');
  const [one] = result.samples;
  const metrics = { ...one!.metrics, ...other.samples[0]!.metrics };
  return {
    ...result,
    samples: [{ ...one!, metrics }],
    metrics: { ...result.metrics, ...other.metrics },
  };
}
