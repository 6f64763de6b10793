import test from 'ava';
import type { Metric } from '../schema/result.ts';
import { formatMarkdown } from './markdown.ts';
import { summariseMetrics } from './metric-text.ts';
import { failingRow, resultOf, sampleOf } from './testing-result.ts';

const ms = (value: number): Metric => ({
  kind: 'value',
  value: value * 1_000_000,
  dimension: 'time',
});

test('the report holds verdicts, their texts, the command, metrics and the run', (t) => {
  const samples = [3, 1, 2].map((value, at) =>
    sampleOf({ sample: at + 1, metrics: { gap: ms(value) } }),
  );
  const text = formatMarkdown(resultOf({ verdict: 'fail', rows: [failingRow], samples }));
  t.regex(text, /^# failover: fail$/m);
  t.regex(text, /^\| fail \| short-gap \| default \| default \| 214 ms \| ≤ 110 ms \|/m);
  t.regex(text, /^- \*\*short-gap\*\*: `gap <= 110 ms` \(median\)$/m);
  t.regex(text, /^ropewalk run scenarios\/failover\.yaml --sample 3$/m);
  t.regex(text, /^\| gap \| default \| default \| 3 \| 0 \| 1 ms \| 2 ms \| 3 ms \|$/m);
  t.regex(text, /^Started 2026-01-02T03:04:05\.000Z on bench/m);
});

test('the reality gap stands beside virtual time, with its sign', (t) => {
  const place = { case: 'default', variant: 'default', n: 3 };
  const realityGap = [
    { ...place, metric: 'wait', dimension: 'time', virtual: 20e6, real: 20.5e6 },
    { ...place, metric: 'speed', dimension: 'rate', virtual: 8e6, real: 6e6 },
    { ...place, metric: 'lost', dimension: 'plain', virtual: 0, real: 2 },
    { ...place, metric: 'answered', dimension: 'plain', virtual: 100, real: 100 },
  ] as const;
  const text = formatMarkdown(resultOf({ lab: 'netns', realityGap }));
  t.regex(text, /^\| metric \| case \| variant \| samples \| sim \| netns \| gap \|$/m);
  t.regex(text, /^\| wait .* \| 20 ms \| 20\.5 ms \| \+500 us, \+2\.5 % \|$/m);
  t.regex(text, /^\| speed .* \| 8 Mbit\/s \| 6 Mbit\/s \| -2 Mbit\/s, -25 % \|$/m);
  t.regex(text, /^\| lost .* \| 0 \| 2 \| \+2 \|$/m);
  t.regex(text, /^\| answered .* \| 100 \| 100 \| none \|$/m);
  t.false(formatMarkdown(resultOf()).includes('Reality gap'));
});

test('a machine of somebody else is named once, with what it is and whose clock it has', (t) => {
  const box = { node: 'box', interface: 'tap0', hardware: 'guest', clock: 'its own' } as const;
  const samples = [1, 2].map((sample) => sampleOf({ sample, hardware: [box] }));
  const lines = formatMarkdown(resultOf({ lab: 'netns', samples })).split('\n');
  const named = lines.filter((line) => line.includes('hardware'));
  t.deepEqual(named, ['- hardware: guest: box, behind tap0, by its own clock']);
});

test('what would break a table or begin a tag is escaped', (t) => {
  const row = { ...failingRow, why: 'a | b\nand <script>' };
  const text = formatMarkdown(resultOf({ rows: [row] }));
  t.true(text.includes('a \\| b and &lt;script>'));
});

test('a metric is summed up for each case and variant, its missing values counted', (t) => {
  const missing: Metric = { kind: 'missing', reason: 'no delivery before the end' };
  const samples = [
    sampleOf({ metrics: { gap: ms(1) } }),
    sampleOf({ metrics: { gap: ms(4) } }),
    sampleOf({ metrics: { gap: missing } }),
    sampleOf({ variant: 'kernel', metrics: { gap: missing, 'ping.reordered': missing } }),
  ];
  const place = { name: 'gap', case: 'default' };
  t.deepEqual(summariseMetrics(samples), [
    {
      ...place,
      variant: 'default',
      count: 2,
      missing: 1,
      least: '1 ms',
      median: '2.5 ms',
      most: '4 ms',
    },
    { ...place, variant: 'kernel', count: 0, missing: 1, least: '–', median: '–', most: '–' },
  ]);
});
