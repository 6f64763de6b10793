import test from 'ava';
import fc from 'fast-check';
import type { EvaluationScope } from './evaluate.ts';
import { findTruth } from './finding.ts';
import type { RangeScope } from './range-arithmetic.ts';
import { findRangeTruth } from './range-truth.ts';
import { parse } from './testing-samples.ts';

type Ends = readonly [number, number];

function scopeOf(values: Readonly<Record<string, number>>): EvaluationScope {
  return {
    variants: [],
    metricOf: (name) => ({ kind: 'value', value: values[name]!, dimension: 'plain' }),
    factOf: () => ({ problem: 'none is asked for', hint: undefined }),
  };
}

function rangeScope(ranges: Readonly<Record<string, Ends>>): RangeScope {
  const blame = { lateNs: 0, lostFrames: 0 };
  const lows = Object.fromEntries(Object.entries(ranges).map(([name, [low]]) => [name, low]));
  return {
    ...scopeOf(lows),
    rangeOfName: ([name]) => {
      const [low, high] = ranges[name!]!;
      return { low, high, dimension: 'plain', blame };
    },
  };
}

const drawn = { a: [2, 4], b: [5, 10], zero: [-1, 1] } as const;

for (const [text, truth] of [
  ['a >= 2', 'holds'],
  ['a > 2', 'open'],
  ['a < 2', 'broken'],
  ['a == 3', 'open'],
  ['a != 5', 'holds'],
  ['-a >= -4', 'holds'],
  ['2 * a - b <= 2', 'open'],
  ['2 * a - b <= 3', 'holds'],
  ['a / b >= 0.2', 'holds'],
  ['1 / zero > 0', 'open'],
  ['max(a, b) >= 6', 'open'],
  ['min(a, b) <= 4', 'holds'],
  ['a > 2 and b > 11', 'broken'],
  ['a > 2 or b > 1', 'holds'],
  ['not (a > 2 or b > 1)', 'broken'],
  ['not (a <= 2)', 'open'],
] as const) {
  test(`with a from 2 to 4 and b from 5 to 10, "${text}" is ${truth}`, (t) => {
    t.is(findRangeTruth(parse(text), rangeScope(drawn)).kind, truth);
  });
}

const texts = [
  'a + b <= c',
  'a * b > c',
  'a - 2 * b >= -c',
  'max(a, b) < c or a > 3',
  'not (a == b)',
];
const ends = fc
  .tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 4 }))
  .map(([low, width]): Ends => [low, low + width]);

test('what holds in the ranges holds of each value in them, and what is broken is broken of each', (t) => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.record({ a: ends, b: ends, c: ends }),
        fc.record({ a: part, b: part, c: part }),
        (text, ranges, parts) => {
          const truth = findRangeTruth(parse(text), rangeScope(ranges)).kind;
          const at = (name: 'a' | 'b' | 'c') =>
            ranges[name][0] + parts[name] * (ranges[name][1] - ranges[name][0]);
          const values = { a: at('a'), b: at('b'), c: at('c') };
          const found = findTruth(parse(text), scopeOf(values));
          const holds = found.kind === 'decided' && found.holds;
          return truth === 'open' || (truth === 'holds') === holds;
        },
      ),
      { seed: 1, numRuns: 500 },
    ),
  );
});
