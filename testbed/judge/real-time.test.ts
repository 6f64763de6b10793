import test from 'ava';
import { formatExpression } from '../schema/expression-text.ts';
import type { EvaluationScope } from './evaluate.ts';
import { findTruth } from './finding.ts';
import { inVirtualTime } from './real-time.ts';
import { parse } from './testing-samples.ts';

for (const [text, left] of [
  ['gap <= rtt(wire) + real-time(2 ms)', 'gap <= rtt(wire)'],
  ['gap >= rtt(wire) - real-time(2 ms)', 'gap >= rtt(wire)'],
  ['gap <= real-time(2 ms) + 3 ms', 'gap <= 3 ms'],
  ['gap <= 3 ms', 'gap <= 3 ms'],
  ['not (gap > max(1 ms, 2 ms + real-time(9 ms)))', 'not (gap > max(1 ms, 2 ms))'],
  ['gap <= real-time(2 ms)', 'gap <= 0 s'],
] as const) {
  test(`in virtual time "${text}" asks "${left}"`, (t) => {
    t.is(formatExpression(inVirtualTime(parse(text))), formatExpression(parse(left)));
  });
}

const scope: EvaluationScope = {
  variants: [],
  metricOf: () => ({ kind: 'value', value: 11_000_000, dimension: 'time' }),
  factOf: () => ({ problem: 'none is asked for', hint: undefined }),
};

test('in real time it is worth what it says, and virtual time forgives nothing', (t) => {
  const that = parse('gap <= 10 ms + real-time(2 ms)');
  t.like(findTruth(that, scope), { kind: 'decided', holds: true });
  t.like(findTruth(inVirtualTime(that), scope), { kind: 'decided', holds: false });
  t.like(findTruth(parse('gap <= 10 ms + real-time(500 us)'), scope), { holds: false });
});
