import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { Quantifier } from '../schema/model.ts';
import type { Verdict } from '../schema/result.ts';
import { leastSamples, rankOf } from './order-statistic.ts';
import { type Ending, expect, gaps, judgeOne } from './testing-samples.ts';

const quantifiers = fc.constantFrom<Quantifier>('every', 'median', 'p90', 'p99');
const someGaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 });
const bound = 20;
const goodness: Readonly<Partial<Record<Verdict, number>>> = { fail: 0, inconclusive: 1, pass: 1 };

/** Up to 20 ms is good; or, turned round, from 20 ms on. */
function judge(at: Quantifier, endings: readonly Ending[], sign: '<=' | '>=' = '<='): Verdict {
  return judgeOne(expect(`gap ${sign} ${bound} ms`, { at }), endings).verdict;
}

test('ranks: the worst, the worse middle, nine of ten, 99 of 100', (t) => {
  const ranks = (count: number) =>
    (['every', 'median', 'p90', 'p99'] as const).map((at) => rankOf(at, count));
  t.deepEqual(ranks(1), [1, 1, 1, 1]);
  t.deepEqual(ranks(2), [2, 2, 2, 2]);
  t.deepEqual(ranks(7), [7, 4, 7, 7]);
  t.deepEqual(ranks(10), [10, 6, 9, 10]);
  t.deepEqual(ranks(100), [100, 51, 90, 99]);
});

test('the least samples are those that 95 % asks for', (t) => {
  for (const [at, ratio] of [
    ['p90', 0.9],
    ['p99', 0.99],
  ] as const) {
    const least = leastSamples(at);
    t.true(ratio ** least < 0.05);
    t.true(ratio ** (least - 1) >= 0.05);
  }
});

test('what holds in every sample holds at every statistic', (t) => {
  const property = fc.property(quantifiers, someGaps, (at, values) => {
    if (judge('every', gaps(...values)) === 'pass') t.not(judge(at, gaps(...values)), 'fail');
    if (judge(at, gaps(...values)) === 'fail') t.is(judge('every', gaps(...values)), 'fail');
  });
  fc.assert(property, propertyRuns(300));
});

test('a statistic says what counting says', (t) => {
  const share = { every: [1, 1], median: [1, 2], p90: [9, 10], p99: [99, 100] } as const;
  const property = fc.property(quantifiers, someGaps, (at, values) => {
    const good = values.filter((gap) => gap <= bound).length;
    const [part, whole] = share[at];
    // Half of the samples are not enough for a median: it lies between the two in the middle.
    const isEnough =
      at === 'median' ? 2 * good > values.length : whole * good >= part * values.length;
    t.is(judge(at, gaps(...values)) === 'fail', !isEnough);
  });
  fc.assert(property, propertyRuns(300));
});

test('one more bad sample never turns fail into pass, and one more good one never pass into fail', (t) => {
  const signs = fc.constantFrom('<=', '>=' as const);
  const property = fc.property(quantifiers, signs, someGaps, (at, sign, values) => {
    const [worse, better] = sign === '<=' ? [1_000, 0] : [0, 1_000];
    const before = goodness[judge(at, gaps(...values), sign)]!;
    t.true(goodness[judge(at, gaps(...values, worse), sign)]! <= before);
    t.true(goodness[judge(at, gaps(...values, better), sign)]! >= before);
  });
  fc.assert(property, propertyRuns(300));
});

test('the order of the samples changes no verdict', (t) => {
  const property = fc.property(quantifiers, someGaps, (at, values) => {
    t.is(judge(at, gaps(...values.toReversed())), judge(at, gaps(...values)));
  });
  fc.assert(property, propertyRuns(100));
});

test('an opposite fails wherever the other passes in every sample', (t) => {
  const property = fc.property(someGaps, (values) => {
    const verdictOf = (text: string) =>
      judgeOne(expect(text, { at: 'every' }), gaps(...values)).verdict;
    t.is(verdictOf('gap <= 20 ms'), verdictOf('not gap > 20 ms'));
    t.is(verdictOf('gap <= 20 ms and gap >= 5 ms'), verdictOf('not (gap > 20 ms or gap < 5 ms)'));
    if (verdictOf('gap <= 20 ms') === 'pass') t.is(verdictOf('gap > 20 ms'), 'fail');
  });
  fc.assert(property, propertyRuns(200));
});

test('an invalid sample or one that was not run never makes a pass, nor a fail of what could hold', (t) => {
  const spoiled = fc.constantFrom<Ending>(
    { kind: 'invalid', reason: 'starved' },
    { kind: 'interrupted' },
  );
  const property = fc.property(quantifiers, someGaps, spoiled, (at, values, ending) => {
    const verdict = judge(at, [...gaps(...values), ending]);
    t.not(verdict, 'pass');
    if (verdict === 'fail') t.is(judge(at, gaps(...values, 1)), 'fail');
  });
  fc.assert(property, propertyRuns(200));
});
